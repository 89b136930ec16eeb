from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from reference.domain.addresses import AddressBook, is_address, normal_address, recipients_of
from reference.domain.calendar import day_of, stamp_of
from reference.domain.facts import Envelope, Message, ReadMark, Release, Reply
from reference.domain.readings import READING_VALUES, ReadingError, Readings, readings_from
from reference.domain.refusals import Refusal
from reference.domain.rules import (
    BUTTONS,
    CASE_CHANGES,
    EFFECTS,
    EFFECTS_ON_READ,
    ENTRIES,
    HINTS,
    MAILS,
    MAY_WRITE,
    OPENING,
    REACH,
    RELEASE_AFTER_MESSAGE,
    REPLICATED,
    RIGHTS,
    SENDING,
    TEMPLATE_FIELDS,
    TEMPLATES,
    TRANSPORTS,
    Receipt,
    rules_for,
    taking,
)
from reference.domain.sending import TextBlock, dialog_appears, offered_text_blocks, under_way
from reference.domain.words import AddressScope, Deed, SeenWhen, Taking, Transport, Via
from tests.domain.notation import ACK, FILE, NOON, REPLY, RULES, K, World, new_case, under

BERLIN = ZoneInfo("Europe/Berlin")


# Readings


def test_the_readings_are_those_of_the_rules_the_default_first():
    assert dict(READING_VALUES) == {
        "fileless_reply": ("ok", "unchanged"),
        "acknowledge_on_open": ("never", "first_open"),
        "several_acknowledge": ("first", "latest", "all"),
        "reply_scope": ("message", "case"),
        "open_scope": ("case", "message"),
        "preset_recipients": ("last", "all"),
        "reply_right": ("unless_withheld", "if_granted"),
        "megabyte": ("binary", "decimal"),
        "last_communication": ("newest", "last_sent"),
        "receipt_transport": ("immediate", "replication"),
    }


@pytest.mark.parametrize("name", READING_VALUES)
def test_each_reading_takes_each_of_its_values_and_defaults_to_the_first(name):
    assert getattr(readings_from({}), name) == READING_VALUES[name][0]
    for value in READING_VALUES[name]:
        readings = readings_from({name: value})
        assert getattr(readings, name) == value
        assert rules_for(readings).readings is readings
    assert Readings() == readings_from({})


@pytest.mark.parametrize(
    ("chosen", "text"),
    [
        (
            {"reply_scop": "case"},
            "unknown reading 'reply_scop': did you mean 'reply_scope'?",
        ),
        (
            {"reply_scope": "cases"},
            "unknown value of reply_scope 'cases': did you mean 'case'?",
        ),
        ({"reply_scope": 5}, "unknown value of reply_scope 5: use one of message, case"),
        ({"megabyte": "", "x": 1}, "unknown value of megabyte '': use one of binary, decimal"),
    ],
)
def test_an_unknown_reading_is_an_error_that_says_what_is_right(chosen, text):
    with pytest.raises(ReadingError) as raised:
        readings_from(chosen)
    assert str(raised.value) == text


# Rules


def test_the_limits_are_those_of_the_product():
    assert RULES.files_max == 20
    assert RULES.bytes_max == 36_700_160
    assert under(megabyte="decimal").bytes_max == 35_000_000
    assert RULES.bundle_records_max == 6000
    assert RULES.replicate_every == timedelta(minutes=15)
    assert RULES.link_lifetime == timedelta(days=7)
    assert RULES.text_block_catalogue == "COLLABORATION"


def test_without_readings_the_rules_are_the_tables_as_they_stand():
    rules = rules_for()
    assert rules == RULES
    assert rules.effects is EFFECTS
    assert rules.effects_on_read is EFFECTS_ON_READ
    assert rules.reach == REACH
    assert rules.opening is OPENING
    assert rules.hints is HINTS
    assert rules.buttons is BUTTONS
    assert rules.sending is SENDING
    assert rules.case_changes is CASE_CHANGES
    assert rules.transports is TRANSPORTS
    assert rules.rights is RIGHTS
    assert rules.may_write is MAY_WRITE["unless_withheld"]
    assert rules.release_after_message is RELEASE_AFTER_MESSAGE
    assert rules.entries is ENTRIES
    assert rules.mails is MAILS
    assert rules.templates is TEMPLATES
    assert rules.template_fields is TEMPLATE_FIELDS
    assert rules.replicated is REPLICATED


@pytest.mark.parametrize(
    ("readings", "acknowledge", "asking"),
    [
        ({}, (SeenWhen.READ, min, False), (SeenWhen.NEVER, min, False)),
        (
            {"several_acknowledge": "latest", "acknowledge_on_open": "first_open"},
            (SeenWhen.READ, max, False),
            (SeenWhen.OPENED, min, False),
        ),
        (
            {"several_acknowledge": "all"},
            (SeenWhen.READ, max, True),
            (SeenWhen.NEVER, min, False),
        ),
    ],
)
def test_what_is_reported_as_seen_follows_the_readings(readings, acknowledge, asking):
    assert under(**readings).receipts == {
        ACK: Receipt(*acknowledge),
        REPLY: Receipt(*asking),
        FILE: Receipt(*asking),
    }


def test_zone_and_carrier_can_be_set():
    rules = rules_for()
    assert (rules.carrier, str(rules.zone)) == ("cloudtransfer", "Europe/Berlin")
    rules = rules_for(time_zone="Europe/London", carrier="courier")
    assert (rules.carrier, str(rules.zone)) == ("courier", "Europe/London")
    with pytest.raises(ZoneInfoNotFoundError):
        rules_for(time_zone="Europe/Nowhere")


def test_everything_travels_at_once_but_read_marks_may_wait():
    content = (Message, Release, Reply, ReadMark)
    assert RULES.transports == dict.fromkeys(content, Transport.AT_ONCE)
    later = under(receipt_transport="replication").transports
    assert later == {**RULES.transports, ReadMark: Transport.REPLICATION}


@pytest.mark.parametrize("expects", RULES.effects)
def test_the_table_of_effects_is_complete(expects):
    assert set(RULES.effects[expects]) == set(Deed) == set(RULES.effects_on_read)
    assert set(RULES.reach) == set(Deed)
    assert {Deed(via) for via in Via} == RULES.opening


@pytest.mark.parametrize(
    ("number", "what"),
    [(1, Taking.DUPLICATE), (2, Taking.DUPLICATE), (3, Taking.NEXT), (4, Taking.GAP)],
)
def test_an_envelope_is_taken_by_its_number(number, what):
    assert taking(number, 2) is what


# Refusals


@pytest.mark.parametrize("refusal", Refusal)
def test_each_refusal_is_registered_in_full(refusal):
    assert refusal.code == refusal.name.lower()
    assert refusal.rule.partition("-")[0] in {
        *("SEND", "LOG", "DLV", "ACC", "MAIL", "INB", "STA", "REP", "RGT", "RPL"),
    }
    assert 400 <= refusal.http_status < 600
    assert refusal.german.endswith(".")
    assert refusal.german[0].isupper()
    assert refusal.english[0].islower()
    assert ":" in refusal.english or ", or " in refusal.english
    assert refusal.definite is (refusal is not Refusal.NO_ANSWER)


def test_a_refusal_is_found_by_its_name():
    refusal = Refusal.MARK_READ_NOT_AVAILABLE
    assert (refusal.code, refusal.rule, refusal.http_status) == (
        "mark_read_not_available",
        "INB-5",
        409,
    )


# Days


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2024, 1, 15, 22, 59, tzinfo=UTC), date(2024, 1, 15)),
        (datetime(2024, 1, 15, 23, 30, tzinfo=UTC), date(2024, 1, 16)),
        (datetime(2024, 7, 15, 22, 30, tzinfo=UTC), date(2024, 7, 16)),
        (datetime(2024, 7, 15, 21, 59, tzinfo=UTC), date(2024, 7, 15)),
        (datetime(2024, 10, 27, 0, 30, tzinfo=UTC), date(2024, 10, 27)),
        (datetime(2024, 10, 27, 22, 59, tzinfo=UTC), date(2024, 10, 27)),
        (datetime(2024, 10, 27, 23, 0, tzinfo=UTC), date(2024, 10, 28)),
        (datetime(2024, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=5))), date(2023, 12, 31)),
    ],
)
def test_a_moment_belongs_to_a_day_of_the_brokers_zone(moment, day):
    assert day_of(moment, BERLIN) == day


def test_the_hour_that_comes_twice_is_told_apart():
    first = datetime(2024, 10, 27, 2, 30, tzinfo=BERLIN, fold=0)
    second = datetime(2024, 10, 27, 2, 30, tzinfo=BERLIN, fold=1)
    zone = ZoneInfo("Atlantic/Azores")
    assert first.astimezone(UTC) != second.astimezone(UTC)
    assert stamp_of("anna", first, zone) == "anna am 27.10.2024 00:30:00"
    assert stamp_of("anna", second, zone) == "anna am 27.10.2024 00:30:00"
    utc = ZoneInfo("Etc/UTC")
    assert stamp_of("anna", first, utc) == "anna am 27.10.2024 00:30:00"
    assert stamp_of("anna", second, utc) == "anna am 27.10.2024 01:30:00"
    assert day_of(first, ZoneInfo("America/St_Johns")) == date(2024, 10, 26)


def test_a_moment_without_an_offset_belongs_to_no_day():
    with pytest.raises(
        ValueError, match=r"2024-01-15T12:00:00 has no offset: write it as .*\+01:00"
    ):
        day_of(datetime(2024, 1, 15, 12), BERLIN)  # noqa: DTZ001  # that is the point


def test_the_stamp_is_local_time():
    assert stamp_of("cloudtransfer", NOON, BERLIN) == "cloudtransfer am 19.02.2024 12:18:16"


# Addresses


@pytest.mark.parametrize(
    "address",
    [
        K,
        "a@b.de",
        "first.last+tag@sub-domain.example.org",
        "müller@bücher.example",
        "x" * 242 + "@example.org",
    ],
)
def test_a_well_formed_address_is_accepted(address):
    assert is_address(address)


@pytest.mark.parametrize(
    "address",
    [
        *("", "k", "k@", "@example.org", "k@example", "k@@example.org", "k k@example.org"),
        *("k@exa mple.org", "k@-example.org", "k@example-.org", "k@example..org", "k@.org"),
        *("k@example.org.", ".k@example.org", "k.@example.org", "k..k@example.org"),
        *("a@b.de,c@d.de", "<k@example.org>", "k@example.org\nBcc: x@y.de", "k@example_.org"),
        *("\x01k@example.org", "k\x7f@example.org", "\u202ek@example.org", "k\u200b@example.org"),
        "x" * 243 + "@example.org",
    ],
)
def test_a_malformed_address_is_not(address):
    assert not is_address(address)


def test_addresses_are_compared_without_case_and_blanks():
    assert normal_address(" K@Example.ORG\t") == K
    assert recipients_of((" K@Example.ORG", K, "j@x.de"), normal_address) == (K, "j@x.de")
    assert recipients_of((), normal_address) is Refusal.NO_RECIPIENT
    assert recipients_of((K, " "), normal_address) is Refusal.MALFORMED_ADDRESS


def test_three_buttons_adjust_the_proposal():
    book = AddressBook(("a@x.de",), ("a@x.de", "b@x.de"), ("c@x.de",))
    assert book.proposed() == ("a@x.de",)
    assert book.proposed(AddressScope.CASE) == ("a@x.de",)
    assert book.proposed(AddressScope.CUSTOMER) == ("a@x.de", "b@x.de")
    assert book.proposed(AddressScope.ALL) == ("c@x.de",)
    assert AddressBook() == AddressBook((), (), ())


# Writing a message


def test_text_blocks_are_filtered_to_the_catalogue_until_the_filter_is_lifted():
    ours = TextBlock("hello", "COLLABORATION", "Hello")
    other = TextBlock("letter", "LETTERS", "Dear")
    assert offered_text_blocks((ours, other), RULES) == (ours,)
    assert offered_text_blocks((ours, other), RULES, filtered=False) == (ours, other)


def test_the_dialog_appears_first_and_on_request():
    world = World()
    assert dialog_appears(world.case, share_more=False)
    world.send("m1", "reply")
    assert not dialog_appears(world.case, share_more=False)
    assert dialog_appears(world.case, share_more=True)


def test_under_way_is_what_the_outbox_still_holds_of_the_case():
    def envelope(case, recipient, content):
        return Envelope(case, recipient, 1, content)

    def sent(name):
        return Message(name, "text", REPLY, "", ())

    outbox = (
        envelope(53, K, sent("m1")),
        envelope(54, K, sent("m2")),
        envelope(53, "j@x.de", sent("m1")),
        envelope(53, K, Release(True, "")),
        envelope(53, K, sent("m3")),
    )
    assert under_way(outbox, new_case()) == ("m1", "m3")
