"""What mails say until it is changed: German as in the rules, English, and what a folder has."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from attrs import evolve

from reference.domain.accounts import set_template
from reference.domain.refusals import Refusal
from reference.domain.rules import Rules, Template
from reference.domain.words import MailEvent
from reference.store.shapes import LANGUAGES

#: Tells that a new password can be set; a matter of log-in, about which the rules say nothing.
PASSWORD_RESET: Final = "password_reset"  # noqa: S105 - the name of an event
EVENTS: Final = (*MailEvent, PASSWORD_RESET)

_MORE: Final[Mapping[tuple[str, str], Template]] = MappingProxyType(
    {
        (PASSWORD_RESET, "de"): Template(
            "Neues Kennwort",
            "Guten Tag,\n\nfür $recipient wurde ein neues Kennwort angefordert.\n"
            "Hier können Sie es vergeben: $link\n"
            "Haben Sie nichts angefordert, ist nichts zu tun.\n",
        ),
        (MailEvent.NEW_MESSAGE, "en"): Template(
            "New message in case $case",
            "Good day,\n\na message for $recipient is waiting in case $case.\n"
            "Please log in to read it: $portal\n",
        ),
        (MailEvent.REGISTRATION, "en"): Template(
            "Your registration",
            "Good day,\n\nan account was created for $recipient.\n"
            "Please set a password here: $link\n",
        ),
        (PASSWORD_RESET, "en"): Template(
            "New password",
            "Good day,\n\na new password was asked for, for $recipient.\n"
            "You can set it here: $link\n"
            "If you did not ask for it, there is nothing to do.\n",
        ),
    }
)


class WordingError(ValueError):
    """A file that is no wording of a mail: which one, and what would be right."""


def wording(event: str, language: str, rules: Rules) -> Template:
    """Give the wording of an event in a language, as it is until somebody changes it."""
    return rules.templates.get(_key(event, language)) or _MORE[event, language]


def text_of(body: str, link: str | None, public_url: str) -> str:
    """Give the text of a mail, with the address at which its link is used (ACC-2).

    Where the wording has no place for it, it stands below: without it nobody could go on.
    """
    if link is None:
        return body
    address = f"{public_url}/register?token={link}"
    return body.replace(link, address) if link in body else f"{body.rstrip()}\n\n{address}\n"


def _key(event: str, language: str) -> str:
    """Give the name under which `Rules.templates` has a wording."""
    return event if language == LANGUAGES[0] else f"{event}.{language}"


def checked(event: str, template: Template, rules: Rules) -> Template | Refusal:
    """Give a wording that an event can have, else why it cannot (MAIL-2, MAIL-3)."""
    templates = set_template({}, _ruled(event), template, rules)
    return templates if isinstance(templates, Refusal) else template


def fields_of(event: str, rules: Rules) -> frozenset[str]:
    """Give the placeholders that the wording of an event may have (MAIL-3)."""
    return rules.template_fields[MailEvent(_ruled(event))]


def _ruled(event: str) -> str:
    """Give the event whose rules hold: a new password is asked for as a registration is."""
    return MailEvent.REGISTRATION if event == PASSWORD_RESET else event


def with_wordings(rules: Rules, folder: Path) -> Rules:
    """Let the wordings of a folder replace ours.

    Raises:
        WordingError: for a file that is none, and a folder that cannot be read.
    """
    templates: dict[str, Template] = dict(rules.templates)
    try:
        files = sorted(folder.iterdir())
    except OSError as error:
        raise WordingError(f"{folder}: it cannot be read: {error.strerror}") from error
    for file in files:
        event, language, template = _of_file(file, rules)
        templates[_key(event, language)] = template
    return evolve(rules, templates=MappingProxyType(templates))


def _of_file(file: Path, rules: Rules) -> tuple[str, str, Template]:
    """Read a wording: the subject in the first line, then the body."""
    event, _, language = file.stem.partition(".")
    if file.suffix != ".txt" or event not in EVENTS or language not in LANGUAGES:
        names = ", ".join(f"{event}.{language}.txt" for event in EVENTS for language in LANGUAGES)
        raise WordingError(f"{file}: no mail has this name: use one of {names}")
    try:
        subject, _, body = file.read_text(encoding="utf-8").partition("\n")
    except UnicodeDecodeError as error:
        raise WordingError(f"{file}: write it in UTF-8: {error}") from error
    template = checked(event, Template(subject.strip(), body.lstrip("\n")), rules)
    if isinstance(template, Refusal):
        raise WordingError(f"{file}: {template.value.english}")
    if not template.subject or not template.body.strip():
        raise WordingError(f"{file}: write the subject in the first line, and a body after it")
    return event, language, template
