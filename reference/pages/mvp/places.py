"""Where the pages of the MVP are."""

from collections.abc import Callable
from typing import Final
from urllib.parse import quote, urlencode

from reference.domain.sending import TextBlock
from reference.domain.words import CaseNumber
from reference.mvp.api import BASE as API
from reference.mvp.looks import DocumentView
from reference.store.mvp_tables import NO_CASE

BASE: Final = "/mvp"
CASES: Final = f"{BASE}/cases"
NEW_CASE: Final = f"{BASE}/new-case"


def case_at(number: CaseNumber) -> str:
    """Give the address of a case; that of the form for a new one where it has no number."""
    return NEW_CASE if number == NO_CASE else f"{CASES}/{quote(str(number), safe='')}"


def with_query(path: str, **values: object) -> str:
    """Give an address with a query of the values that say something."""
    said = {name: value for name, value in values.items() if value not in (None, "", 0)}
    return f"{path}?{urlencode(said)}" if said else path


def pages_at(path: str, **asked: str) -> Callable[[int], str]:
    """Give what says where the pages of a list are; what was asked for stays so."""

    def page_at(page: int) -> str:
        return with_query(path, **asked, page=page)

    return page_at


def block_at(block: TextBlock) -> str:
    """Give the address of the form for a text block."""
    return with_query(f"{BASE}/text-block", catalogue=block.catalogue, name=block.name)


def document_at(number: CaseNumber, document: DocumentView) -> str:
    """Give the address from which a document is downloaded."""
    name = quote(document.name, safe="")
    return f"{API}/cases/{quote(str(number), safe='')}/documents/{name}?id={document.id}"


def caseworker_at(name: str) -> str:
    """Give the address of the form for a caseworker."""
    return f"{BASE}/caseworkers/{quote(name, safe='')}"


def mail_at(event: str, language: str) -> str:
    """Give the address of the form for the wording of a mail."""
    return f"{BASE}/mail-templates/{event}?language={language}"
