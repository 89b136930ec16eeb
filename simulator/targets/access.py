"""The access file: as whom another implementation is used, and where its mails can be read."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlsplit

from attrs import frozen

from simulator.history.bad_input import quote, suggest
from simulator.history.vocabulary import READINGS

#: What recipients set as their password.
PASSWORD: Final = "ein langes Kennwort"  # noqa: S105 - of nobody real
#: The token of a registration link, as our own server writes it into a mail.
LINK: Final = r"[?&]token=([\w.~-]+)"


class AccessError(ValueError):
    """An access file with a mistake; the text says which, and what would be right."""


@frozen
class Access:
    """How a target is used that is not ours to start.

    `operator` is the token of who may make caseworkers; without one, `caseworkers` are those who
    are there, with their API tokens. Recipients set `password` through the link that they are
    mailed; `recipients` are those who have one. `mails` says where mails arrive: `api`,
    `maildir:FOLDER`, `listen:HOST:PORT`, or nothing. With `own_names` each run has cases, messages
    and addresses of its own.
    """

    operator: str | None = None
    portal: str | None = None
    caseworkers: Mapping[str, str] = {}
    password: str = PASSWORD
    recipients: Mapping[str, str] = {}
    mails: str = ""
    link: str = LINK
    own_names: bool = True
    time_zone: str = "Europe/Berlin"
    carrier: str = "cloudtransfer"
    readings: Mapping[str, str] = {}

    @property
    def listens(self) -> bool:
        """Whether its mails come to a port of ours, at which only one can listen at a time."""
        return self.mails.startswith("listen:")


#: What a file may say: names of tables and of their fields, each with what it is.
_TEXTS: Final = ("operator", "operator_file", "portal", "time_zone", "carrier")
_MAILS: Final = ("api", "maildir", "listen", "link")
_TABLES: Final = ("caseworkers", "recipients", "mails", "readings")


def access_from(path: Path) -> Access:
    """Read an access file; paths in it are relative to it.

    Raises:
        AccessError: with the file and what is wrong in it.
    """
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AccessError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise AccessError(f"{path}: the file is not in UTF-8: save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise AccessError(f"{path}: {error}") from error
    try:
        return _access(told, path.parent)
    except ValueError as error:
        raise AccessError(f"{path}: {error}") from error


def _access(told: Mapping[str, Any], folder: Path) -> Access:
    _known(told, (*_TEXTS, *_TABLES, "own_names", "password"), "")
    given: dict[str, Any] = {name: _text(told, name, "") for name in _TEXTS if name in told}
    if "operator_file" in given:
        given["operator"] = _secret(folder / given.pop("operator_file"))
    if "portal" in given:
        given["portal"] = url_of(given["portal"])
    if "password" in told:
        given["password"] = _text(told, "password", "")
    if "own_names" in told:
        if not isinstance(told["own_names"], bool):
            raise ValueError("own_names: write true or false")
        given["own_names"] = told["own_names"]
    for name in ("caseworkers", "recipients", "readings"):
        table = _table(told, name)
        given[name] = {key: _text(table, key, f"{name}.") for key in table}
    given["recipients"] = {key.strip().lower(): text for key, text in given["recipients"].items()}
    _check_readings(given["readings"])
    given |= _mails(_table(told, "mails"), folder)
    access = Access(**given)
    if access.recipients and access.own_names:
        raise ValueError(
            "recipients: who has a password already is known by the address of the scenario: "
            "write own_names = false too"
        )
    if not (access.operator or access.caseworkers):
        raise ValueError(
            'nobody can do anything: give operator = "TOKEN", or tokens under [caseworkers]'
        )
    return access


def _check_readings(readings: Mapping[str, str]) -> None:
    _known(readings, READINGS, "readings.")
    for name, value in readings.items():
        if value not in READINGS[name]:
            raise ValueError(
                f"readings.{name}: {quote(value)} is none of {', '.join(READINGS[name])}"
            )


def _mails(table: Mapping[str, Any], folder: Path) -> dict[str, str]:
    _known(table, _MAILS, "mails.")
    places = [name for name in ("api", "maildir", "listen") if name in table]
    if len(places) > 1:
        raise ValueError(f"mails: only one of {', '.join(places)} can be where they are read")
    given: dict[str, str] = {}
    if "link" in table:
        given["link"] = _pattern(_text(table, "link", "mails."))
    if places == ["api"]:
        if table["api"] is not True:
            raise ValueError("mails.api: write true, or leave it out")
        given["mails"] = "api"
    elif places == ["maildir"]:
        given["mails"] = f"maildir:{folder / _text(table, 'maildir', 'mails.')}"
    elif places:
        given["mails"] = f"listen:{_place(_text(table, 'listen', 'mails.'))}"
    return given


def _pattern(text: str) -> str:
    try:
        groups = re.compile(text).groups
    except re.error as error:
        raise ValueError(f"mails.link: {error}") from error
    if groups != 1:
        raise ValueError(
            r"mails.link: put the token into the one pair of parentheses: '/register/(\S+)'"
        )
    return text


def _place(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not (host and port.isascii() and port.isdigit() and 0 < int(port[:9]) < 65536):  # noqa: PLR2004
        raise ValueError("mails.listen: write it as 127.0.0.1:2525")
    return text


def url_of(text: str) -> str:
    """Check the address of a server.

    Raises:
        ValueError: for what is none.
    """
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"{quote(text)} is no address: write it as http://127.0.0.1:8080")
    parts.port  # noqa: B018 - raises for a port that is none
    return text.rstrip("/")


def _table(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table: Any = told.get(name, {})
    if not isinstance(table, dict):
        raise ValueError(f"{name}: write it as a table, [{name}]")  # noqa: TRY004 - input
    return cast("Mapping[str, Any]", table)


def _text(told: Mapping[str, Any], name: str, within: str) -> str:
    value = told[name]
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{within}{name}: write a text in quotes")
    return value


def _known(told: Mapping[str, Any], names: Any, within: str) -> None:
    for name in told:
        if name not in names:
            hint = suggest(name, names)
            raise ValueError(f"{within}{name} is not known{f': {hint}' if hint else ''}")


def _secret(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"operator_file: {path}: {error}") from error
