"""The catalogues of texts."""

import re
import tomllib
from pathlib import Path

import pytest

from reference.domain.refusals import Refusal
from reference.http.problems import Problem
from reference.pages.texts import LANGUAGES, catalogue, text, worded

PAGES = Path(__file__).parents[2] / "reference/pages"
LITERAL = re.compile(r"""["']([a-z_]+(?:\.[a-z_]+)+)["']""")
PREFIX = re.compile(r"""f?["']([a-z_]+(?:\.[a-z_]+)*\.)(?:["'] ~|\{)""")


def sources():
    yield from PAGES.rglob("*.html")
    yield from PAGES.rglob("*.py")


def used():
    """Give the keys that are written somewhere, and the beginnings of those that are put together."""
    keys, beginnings = set(), set()
    for source in sources():
        written = source.read_text()
        keys |= set(LITERAL.findall(written))
        beginnings |= set(PREFIX.findall(written))
    return keys, beginnings


def test_all_languages_have_the_same_keys():
    german, *others = (catalogue(language).keys() for language in LANGUAGES)
    for other in others:
        assert german == other


def test_the_same_values_are_put_into_a_text_in_every_language():
    for key, german in catalogue("de").items():
        values = re.findall(r"\{\w+\}", german)
        assert sorted(values) == sorted(re.findall(r"\{\w+\}", catalogue("en")[key])), key


def test_every_text_is_used():
    keys, beginnings = used()
    unused = [
        key
        for key in catalogue("de")
        if re.sub(r"\.(one|other)$", "", key) not in keys and not key.startswith(tuple(beginnings))
    ]
    assert unused == []


def test_every_text_that_is_used_is_there():
    known = catalogue("de")
    tables = {key.partition(".")[0] for key in known}
    keys = {key for key in used()[0] if key.partition(".")[0] in tables}
    files = {path.name for path in sources()}
    missing = [
        key for key in keys if key not in known and f"{key}.other" not in known and key not in files
    ]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_reads_as_a_sentence(language):
    for why in (*Refusal, *Problem):
        sentence = worded(language, why)
        assert sentence[0].isupper(), sentence
        assert sentence.endswith("."), sentence


def test_english_refusals_speak_to_people_and_all_are_in_use():
    known = tomllib.loads((PAGES / "texts/refusals_en.toml").read_text())
    assert sorted(known) == sorted(why.code for why in (*Refusal, *Problem))
    words = {"caseworker", "recipient was", "body", "header", "Bearer", "Idempotency-Key", "_"}
    for code, sentence in known.items():
        assert not [word for word in words if word in sentence], code


def test_a_text_for_one_is_another_than_for_several():
    assert text("de", "layout.skip") == "Zum Inhalt"
    with pytest.raises(KeyError):
        text("de", "layout.nothing")
