"""Names of files: what is taken off them, and how they are sent."""

import pytest

from reference.http.file_names import NAME_BYTES_MAX, attachment, safe_name
from reference.store.shapes import NAME


@pytest.mark.parametrize(
    "name",
    [
        "Police.pdf",
        "Übersicht 100%.pdf",
        "a b (2).txt",
        "保険.docx",
        "e\u0301.txt",
        "👩\u200d👧.png",
        "{a}.txt",
    ],
)
def test_an_ordinary_name_stays_as_it_is(name):
    assert safe_name(name) == name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\k\\Brief.pdf", "Brief.pdf"),
        ("/", "Datei"),
        ("", "Datei"),
        ("..", "Datei"),
        ("....", "Datei"),
        (".htaccess", "htaccess"),
        ("a\r\nSet-Cookie: x=1.txt", "aSet-Cookie: x=1.txt"),
        ("a\0b.txt", "ab.txt"),
        ("Rechnung\u202efdp.exe", "Rechnungfdp.exe"),
        ("a\u2028b\ufeff.txt", "ab.txt"),
        ("a\ud800.txt", "a.txt"),
        ("  a.txt  ", "a.txt"),
        ("\u200b\u200b", "Datei"),
    ],
)
def test_a_hostile_name_is_made_harmless(name, safe):
    assert safe_name(name) == safe


@pytest.mark.parametrize("letter", ["a", "ü", "保", "👧"])
@pytest.mark.parametrize("ending", [".pdf", "", "." + "x" * 400])
def test_a_long_name_is_cut_before_its_ending(letter, ending):
    cut = safe_name(letter * 300 + ending)
    assert len(cut.encode()) <= NAME_BYTES_MAX
    assert cut.startswith(letter * 40)
    assert NAME.fits(cut)
    if ending == ".pdf":
        assert cut.endswith(ending)


def test_what_is_safe_stays_safe():
    for name in ["a" * 300 + ". .", "x/. .a", " . .b", "a" * 199 + " .pdf"]:
        assert safe_name(safe_name(name)) == safe_name(name)


def test_a_name_cannot_leave_its_header():
    header = attachment('a"; filename=b.exe\\\r\nX: ü%.txt')
    assert header.isascii()
    assert header.isprintable()
    assert header.startswith('attachment; filename="a_; filename=b.exe___X: __.txt"; filename*=')
    assert header.count('"') == 2
