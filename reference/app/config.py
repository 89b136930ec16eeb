"""What can be configured of a server: each option in one place, read from three.

An option comes from the command line, else from the environment (`COLLAB_…`), else from a file.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final, Literal, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from attrs import NOTHING, Attribute, field, fields, frozen

from reference.domain.addresses import is_address, normal_address
from reference.domain.readings import READING_VALUES, Readings, readings_from
from reference.http.hashing import Hashing
from reference.http.hosts import is_loopback
from reference.store.crash import VARIABLE as CRASH_VARIABLE

PREFIX: Final = "COLLAB_"
#: The variable that names the file, as `--config` does.
FILE_VARIABLE: Final = f"{PREFIX}CONFIG"
MIB: Final = 1024**2

#: A shorter secret could be guessed; in characters.
SECRET_MIN: Final = 16

_DURATION: Final = re.compile(r"(\d{1,6})(ms|s|m|h|d)")
_UNITS: Final = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
_SIZE: Final = re.compile(r"(\d{1,12})(k|M|G)?")
_SIZES: Final = {None: 1, "k": 1024, "M": MIB, "G": 1024**3}


class ConfigError(ValueError):
    """An option that does not exist, or a value that it does not take: what would be right."""


@frozen
class Option:
    """How an option is written: what the help says of it, and how its text is read."""

    name: str
    help: str
    metavar: str
    read: Callable[[str], Any]
    default: str

    @property
    def is_switch(self) -> bool:
        """Say whether it is given without a value on the command line."""
        return not self.metavar

    @property
    def flag(self) -> str:
        """Give the name on the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """Give the name in the environment."""
        return PREFIX + self.name.upper()


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and low <= int(text[:9]) <= high):
            raise ValueError(f"write a whole number from {low} to {high}")
        return int(text)

    return read


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(_meant(text, words))
        return text

    return read


def _duration(text: str) -> timedelta:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError("write a duration as 500ms, 30s, 15m, 12h or 7d")
    if int(found[1]) == 0:
        raise ValueError("write a duration longer than none, as 500ms, 30s, 15m, 12h or 7d")
    return int(found[1]) * _UNITS[found[2]]


def _duration_or_never(text: str) -> timedelta | None:
    try:
        return None if text == "never" else _duration(text)
    except ValueError as error:
        raise ValueError(f"{error}, or never") from None


def _flag(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise ValueError("write yes or no")
    return text == "yes"


def _size(text: str) -> int:
    found = _SIZE.fullmatch(text)
    if found is None or int(found[1]) == 0:
        raise ValueError("write a number of bytes, at least 1, as 1048576, 1024k, 100M or 1G")
    return int(found[1]) * _SIZES[found[2]]


def _filled(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("write a text without control characters")
    return text


def _folder(text: str) -> Path:
    if not text.strip():
        raise ValueError("write a folder, as . for the one that you are in")
    return Path(text)


def _secret(text: str) -> str:
    if len(text) < SECRET_MIN or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError(f"write at least {SECRET_MIN} characters of ASCII without blanks")
    return text


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("write an address as https://portal.example.org")
    parts.port  # noqa: B018 - raises for a port that is none
    return text.rstrip("/")


def _place(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit() and 0 < int(port[:9]) < 65536):  # noqa: PLR2004
        raise ValueError("write it as mail.example.org:587")
    return host.strip("[]"), int(port)


def _sender(text: str) -> str:
    if not is_address(normal_address(text)) and not text.endswith("@localhost"):
        raise ValueError("write an e-mail address as portal@example.org")
    return text


def _ip_address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise ValueError("write an address as 192.0.2.7") from None


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (OSError, ValueError, KeyError):
        raise ValueError("write a time zone as Europe/Berlin") from None
    return text


def _readings(text: str) -> Readings:
    chosen: dict[str, object] = {}
    for each in filter(None, (part.strip() for part in text.split(","))):
        name, sign, value = each.partition("=")
        if not sign:
            raise ValueError(f"write a reading as NAME=VALUE, not {each!r}")
        if name.strip() in chosen:
            raise ValueError(f"{name.strip()} is chosen twice")
        chosen[name.strip()] = value.strip()
    return readings_from(chosen)


def _option(
    help: str,  # noqa: A002 - as click says it
    metavar: str,
    read: Callable[[str], Any] = _filled,
    *,
    default: Any = NOTHING,  # noqa: ANN401 - of the field's type
    shown: str | None = None,
    name: str = "",
) -> Any:  # noqa: ANN401 - as attrs.field
    text = shown if shown is not None else "" if default in {None, ""} else str(default)
    option = Option(name, help, metavar, read, text)
    return field(default=default, metadata={"option": option})


@frozen
class Config:
    """All options of a server; `data` is the folder that it keeps everything in.

    Raises:
        ConfigError: when two options do not go together.
    """

    data: Path = _option(
        "Folder that everything is kept in; it is made if need be.",
        "DIR",
        _folder,
        shown="in the user's data folder",
    )
    host: str = _option("Address to listen at.", "HOST", default="127.0.0.1")
    port: int = _option(
        "Port to listen at; 0 takes a free one.", "PORT", _whole(0, 65535), default=8080
    )
    side: Literal["both", "mvp", "collaboration"] = _option(
        "Which side to serve; one alone needs --peer and --peer-secret.",
        "both|mvp|collaboration",
        _one_of("both", "mvp", "collaboration"),
        default="both",
    )
    peer: str | None = _option("Where the other side is served.", "URL", _url, default=None)
    peer_secret: str | None = _option(
        "Secret that both sides share; better by environment or file, others see a command line.",
        "TEXT",
        _secret,
        default=None,
    )
    replicate_every: timedelta | None = _option(
        "How often the replication runs (RPL-1); the side of the MVP begins each run.",
        "DURATION|never",
        _duration_or_never,
        default=timedelta(minutes=15),
        shown="15m",
    )
    readings: Readings = _option(
        "What a reading of the rules is; several are possible. There are "
        f"{', '.join(READING_VALUES)}; `collab-reference table readings` shows their values.",
        "NAME=VALUE",
        _readings,
        default=Readings(),
        shown="",
        name="reading",
    )
    time_zone: str = _option(
        "The broker's time zone (STA-9).", "ZONE", _zone, default="Europe/Berlin"
    )
    carrier: str = _option(
        "User who stands for the transfer (LOG-2).", "NAME", default="cloudtransfer"
    )
    smtp: tuple[str, int] | None = _option(
        "Mail server of the collaboration's side; without one mails are kept and shown at /mails.",
        "HOST:PORT",
        _place,
        default=None,
    )
    smtp_user: str | None = _option("User at the mail server.", "NAME", default=None)
    smtp_password: str | None = _option(
        "Password at the mail server; better by environment or file.", "TEXT", default=None
    )
    smtp_tls: Literal["auto", "starttls", "tls", "off"] = _option(
        "How the mail server is spoken to: auto encrypts if it can, starttls insists on it, tls "
        "encrypts from the first byte. A log-in is never sent in the clear to another machine.",
        "auto|starttls|tls|off",
        _one_of("auto", "starttls", "tls", "off"),
        default="auto",
    )
    mail_from: str = _option(
        "Sender of the mails.", "ADDRESS", _sender, default="cloudtransfer@localhost"
    )
    mail_templates: Path | None = _option(
        "Folder of wordings that replace ours: new_message.de.txt, registration.en.txt …; the "
        "first line is the subject.",
        "DIR",
        _folder,
        default=None,
    )
    public_url: str = _option(
        "Address under which users reach the server, for links in mails.",
        "URL",
        _url,
        default="",
        shown="where it listens, by the machine's name if at all its addresses",
    )
    clock: Literal["system", "manual"] = _option(
        "What time it is: the system's, or as POST /api/clock says (only on this machine, and only"
        " for tests: passwords are hashed at the lowest cost then).",
        "system|manual",
        _one_of("system", "manual"),
        default="system",
    )
    synchronous: Literal["FULL", "NORMAL", "EXTRA", "OFF"] = _option(
        "How SQLite waits for the disk; with NORMAL or OFF a power cut can lose what was answered.",
        "FULL|NORMAL|EXTRA|OFF",
        _one_of("FULL", "NORMAL", "EXTRA", "OFF"),
        default="FULL",
    )
    log_level: Literal["debug", "info", "warning", "error"] = _option(
        "What is logged.",
        "debug|info|warning|error",
        _one_of("debug", "info", "warning", "error"),
        default="info",
    )
    operator_token: str | None = _option(
        "Token of who operates the server; better by environment or file.",
        "TEXT",
        _secret,
        default=None,
        shown="a random one in operator.token in the data folder",
    )
    session_lifetime: timedelta = _option(
        "How long a log-in lasts.", "DURATION", _duration, default=timedelta(hours=12), shown="12h"
    )
    attempts_per_account: int = _option(
        "Log-ins that may fail for one account; then one more each attempts-interval.",
        "N",
        _whole(1, 10**6),
        default=10,
    )
    attempts_per_client: int = _option(
        "Log-ins that may fail from one address; then one more each attempts-interval.",
        "N",
        _whole(1, 10**6),
        default=100,
    )
    attempts_interval: timedelta = _option(
        "How long until one more log-in may fail.",
        "DURATION",
        _duration,
        default=timedelta(minutes=1),
        shown="1m",
    )
    proxy: str | None = _option(
        "Address of a proxy in front, whose X-Forwarded-For tells where users come from.",
        "ADDRESS",
        _ip_address,
        default=None,
    )
    document_bytes_max: int = _option(
        "How long a case document may be.", "BYTES", _size, default=100 * MIB, shown="100M"
    )
    upload_time_max: timedelta = _option(
        "How long a request with files may take.",
        "DURATION",
        _duration,
        default=timedelta(minutes=10),
        shown="10m",
    )
    idle_time_max: timedelta = _option(
        "How long a connection may wait for a whole request, or for its reader to take something; "
        "a proxy in front should give up sooner.",
        "DURATION",
        _duration,
        default=timedelta(seconds=75),
        shown="75s",
    )
    demo: bool = _option(
        "Begin with sample data: a small broker's office, to click through at / without log-in.",
        "",
        _flag,
        default=False,
        shown="",
    )
    hashing: Hashing = Hashing()

    def __attrs_post_init__(self) -> None:
        for wrong, what in (
            (
                self.clock == "manual" and not is_loopback(self.host),
                "--clock manual is for tests: listen at 127.0.0.1, which only this machine reaches",
            ),
            (
                self.demo and not (is_loopback(self.host) and self.side == "both"),
                "--demo lets anybody in: serve both sides, at 127.0.0.1 for this machine alone",
            ),
            (
                self.demo and self.clock == "manual",
                "--demo goes with --clock system",
            ),
            (
                self.side != "both" and not (self.peer and self.peer_secret),
                f"--side {self.side} needs --peer and --peer-secret of the other side",
            ),
            (
                self.side == "both" and self.peer is not None,
                "--peer goes with --side mvp or --side collaboration",
            ),
            (
                (self.smtp_user is None) is not (self.smtp_password is None),
                "--smtp-user and --smtp-password go together",
            ),
            (
                self.smtp_user is not None and self.smtp is None,
                "--smtp-user goes with --smtp, the mail server to log in to",
            ),
            (
                self.smtp_tls != "auto" and self.smtp is None,
                f"--smtp-tls {self.smtp_tls} goes with --smtp, the mail server to speak to",
            ),
            (
                self.smtp_user is not None
                and self.smtp is not None
                and self.smtp_tls == "off"
                and not is_loopback(self.smtp[0]),
                "--smtp-tls off would send the password in the clear: use starttls or tls",
            ),
        ):
            if wrong:
                raise ConfigError(what)

    @property
    def secure(self) -> bool:
        """Say whether users come by https."""
        return self.public_url.startswith("https://")


def options() -> Iterator[Option]:
    """Give every option, in the order of the help."""
    for each in _configurable():
        yield _named(each)


def _configurable() -> Iterator["Attribute[Any]"]:
    return (each for each in fields(Config) if "option" in each.metadata)


def _named(each: "Attribute[Any]") -> Option:
    option: Option = each.metadata["option"]
    name = option.name or each.name
    return Option(name, option.help, option.metavar, option.read, option.default)


def config_from(
    given: Mapping[str, str], environment: Mapping[str, str], file: Path | None
) -> Config:
    """Put a configuration together; what is given first counts.

    `given` is by the names of the options, from the command line.

    Raises:
        ConfigError: for an option that does not exist, and a value that it does not take.
    """
    known = {option.name: option for option in options()}
    named = {option.variable: option for option in known.values()}
    texts: dict[str, tuple[str, str]] = {}  # option -> where it is written, and what
    if file is not None:
        texts |= {name: (f"{file}: {name}", text) for name, text in _in_file(file, known).items()}
    for variable, text in environment.items():
        if not variable.startswith(PREFIX) or variable in {FILE_VARIABLE, CRASH_VARIABLE}:
            continue
        if variable not in named:
            raise ConfigError(f"{variable}: there is no such option: {_meant(variable, named)}")
        texts[named[variable].name] = (variable, text)
    texts |= {name: (known[name].flag, text) for name, text in given.items()}
    values: dict[str, Any] = {}
    for each in _configurable():
        option = _named(each)
        if option.name in texts:
            values[each.name] = _value(option, *texts[option.name])
    if "data" not in values:
        from platformdirs import user_data_path  # noqa: PLC0415 - most servers are told where

        values["data"] = user_data_path("collab-reference", appauthor=False)
    return Config(**values)


def _value(option: Option, where: str, text: str) -> Any:  # noqa: ANN401 - of the field's type
    try:
        return option.read(text)
    except ValueError as error:
        shown = "" if option.name.endswith(("secret", "password", "token")) else f" {text!r}"
        raise ConfigError(f"{where}{shown}: {error}") from None


def _in_file(file: Path, known: Mapping[str, Option]) -> dict[str, str]:
    import tomllib  # noqa: PLC0415 - most servers have no file

    try:
        written = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{file}: it cannot be read: {error}") from error
    texts: dict[str, str] = {}
    for name, value in written.items():
        if name not in known:
            raise ConfigError(f"{file}: {name}: there is no such option: {_meant(name, known)}")
        texts[name] = _as_text(file, known[name], value)
    return texts


def _as_text(file: Path, option: Option, value: object) -> str:
    """Give a value of the file as the command line would have it; a reading may be a table."""
    match value:
        case bool() if option.is_switch:
            return "yes" if value else "no"
        case str():
            return value
        case int() if not isinstance(value, bool) and not option.is_switch:
            return str(value)
        case dict() if option.name == "reading":
            chosen = cast("dict[str, object]", value)
            return ",".join(f"{switch}={reading}" for switch, reading in chosen.items())
        case _:
            wanted = "true or false" if option.is_switch else "a text or a whole number"
            raise ConfigError(f"{file}: {option.name}: write {wanted}")


def _meant(text: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    close = get_close_matches(text, list(known), n=1)
    return f"did you mean {close[0]}?" if close else f"use one of {', '.join(known)}"


def options_table() -> str:
    """Give every option as a Markdown table, for the documents."""
    rows = ["| option | default | what it says |", "| --- | --- | --- |"]
    for option in options():
        metavar = option.metavar.replace("|", "\\|")
        rows.append(
            f"| `{f'{option.flag} {metavar}'.strip()}` | {option.default} | {option.help} |"
        )
    return "\n".join(rows)
