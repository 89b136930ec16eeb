"""Where the pages of a case are."""

from hashlib import blake2b
from urllib.parse import quote

from reference.domain.words import CaseNumber


def case_path(base: str, case: CaseNumber) -> str:
    """Give the address of the page of a case."""
    return f"{base}/cases/{quote(str(case), safe='')}"


def reply_path(base: str, case: CaseNumber, answers: str | None) -> str:
    """Give the address at which a message is answered, or with None a new one is written."""
    asked = "" if answers is None else f"?answers={quote(answers, safe='')}"
    return f"{case_path(base, case)}/reply{asked}"


def message_in_case(base: str, case: CaseNumber, message: str) -> str:
    """Give the address of a message on the page of its case."""
    return f"{case_path(base, case)}?at={quote(message, safe='')}#{message_mark(message)}"


def message_path(base: str, case: CaseNumber, message: str) -> str:
    """Give the address of the whole text of a message."""
    return f"{case_path(base, case)}/messages/{quote(message, safe='')}"


def file_path(base: str, case: CaseNumber, message: str, name: str, place: int) -> str:
    """Give the address of a file at a message, which is the so manieth there."""
    return f"{message_path(base, case, message)}/files/{quote(name, safe='')}?place={place}"


def message_mark(message: str) -> str:
    """Give the name of the place on a case's page where a message is."""
    return f"m-{blake2b(message.encode(), digest_size=8).hexdigest()}"
