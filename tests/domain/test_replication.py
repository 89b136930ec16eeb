from datetime import date

import pytest
from attrs import evolve

from reference.domain.facts import AccountCreated, CaseChanged, DocumentFiled
from reference.domain.refusals import Refusal
from reference.domain.replication import (
    Answer,
    Bundle,
    Record,
    Settlement,
    address_record,
    answer_of,
    bundles,
    portal_fields,
    record_of,
    settle,
)
from reference.domain.words import RecordKind
from tests.domain.notation import RULES, K, refused

CASE, DOCUMENT, ADDRESS = RecordKind


def record(kind=CASE, name="", case=53, value="x"):
    return Record(kind, case, name, (("subject", value),))


def test_changed_data_and_documents_are_records():
    changed = record_of(CaseChanged(53, "Hail", date(2024, 2, 19), 7))
    assert changed.revision == 7
    assert changed == Record(CASE, 53, "", (("subject", "Hail"), ("follow_up_on", "2024-02-19")))
    assert record_of(CaseChanged(53, "Hail", None)).fields[1] == ("follow_up_on", "")
    filed = record_of(DocumentFiled(53, "a.pdf", 7, None))
    assert filed == Record(DOCUMENT, 53, "a.pdf", (("size", "7"),))
    assert record_of(AccountCreated(K)) is None
    addresses = address_record(53, ("a@x.de", "b@x.de"))
    assert addresses == Record(ADDRESS, 53, "", (("0", "a@x.de"), ("1", "b@x.de")))


def test_the_newest_state_of_a_record_replaces_the_one_before():
    old, new = record(value="old"), record(value="new")
    assert old.key == new.key
    for different in (record(case=54), record(name="n"), record(ADDRESS)):
        assert different.key != old.key


def test_records_are_bundled_by_kind_up_to_the_limit():
    rules = evolve(RULES, bundle_records_max=2)
    cases = [record(case=number) for number in range(5)]
    document, address = record(DOCUMENT, "a"), record(ADDRESS)
    marked = (address, document, *cases)
    assert bundles(marked, rules) == (
        Bundle(CASE, tuple(cases[:2])),
        Bundle(CASE, tuple(cases[2:4])),
        Bundle(CASE, tuple(cases[4:])),
        Bundle(DOCUMENT, (document,)),
        Bundle(ADDRESS, (address,)),
    )
    assert bundles((), rules) == ()
    many = tuple(record(case=number) for number in range(6001))
    assert [len(bundle.records) for bundle in bundles(many, RULES)] == [6000, 1]


def test_what_failed_is_sent_again():
    good, bad = record(), record(case=54)
    bundle = Bundle(CASE, (good, bad))
    failed = frozenset({bad})
    assert settle(bundle, Answer.ALL_TAKEN, failed) == Settlement((good, bad), (), ())
    assert settle(bundle, Answer.SOME_FAILED, failed) == Settlement((good,), (bad,), (bad,))
    assert settle(bundle, Answer.FAILED, failed) == Settlement((), (good, bad), ())


@pytest.mark.parametrize(
    ("number", "answer"),
    [(0, Answer.ALL_TAKEN), (1, Answer.SOME_FAILED), (2, Answer.FAILED)],
)
def test_the_answers_have_numbers(number, answer):
    assert answer_of(number) is answer


@pytest.mark.parametrize("number", [-1, 3])
def test_another_number_is_refused(number):
    refused(answer_of(number), Refusal.UNKNOWN_REPLICATION_RESULT)


def test_the_portal_takes_the_subject_of_a_case_only():
    fields = (("subject", "Hail"), ("follow_up_on", "2024-02-19"), ("status", "OK"))
    assert portal_fields(Record(CASE, 53, "", fields), RULES) == {"subject": "Hail"}
    assert portal_fields(Record(DOCUMENT, 53, "a", fields), RULES) == {}
    assert portal_fields(Record(ADDRESS, 53, "", fields), RULES) == {}
