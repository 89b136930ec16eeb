"""Names of files: safe wherever they are shown, linked to, or saved."""

import unicodedata
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import quote

#: How long a name may be, in bytes of UTF-8; file systems take 255.
NAME_BYTES_MAX: Final = 200
#: The name of a file that came without one.
NAMELESS: Final = "Datei"
_SUFFIX_BYTES_MAX: Final = 20
#: Controls, formats such as marks of direction, halves of characters, breaks of lines.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
#: They join or part letters in some scripts, and the parts of an emoji.
_JOINERS: Final = "\u200c\u200d"


def safe_name(name: str) -> str:
    r"""Give a name without folders (/ and \\), control or invisible characters, not too long.

    An ordinary name stays as it is; one without anything left becomes "Datei".
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(c for c in last if c in _JOINERS or unicodedata.category(c) not in _HIDDEN)
    return _shortened(shown.strip().lstrip(". ")) or NAMELESS


def _shortened(name: str) -> str:
    """Cut the stem so that the ending stays."""
    if len(name.encode()) <= NAME_BYTES_MAX:
        return name
    suffix = PurePosixPath(name).suffix
    if len(suffix.encode()) > _SUFFIX_BYTES_MAX:
        suffix = ""
    stem = name.removesuffix(suffix).encode()[: NAME_BYTES_MAX - len(suffix.encode())]
    return stem.decode(errors="ignore").rstrip() + suffix


def attachment(name: str) -> str:
    """Give the Content-Disposition under which a file is saved (RFC 6266)."""
    plain = "".join(
        letter if letter.isascii() and letter.isprintable() and letter not in '"\\%' else "_"
        for letter in name
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
