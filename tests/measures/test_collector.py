"""What a run is measured by: every figure against one that can be worked out by hand."""

from itertools import chain
from math import ceil, fsum
from zoneinfo import ZoneInfo

import pytest

from simulator.measures.collector import Collector
from simulator.measures.measured import Measured
from simulator.measures.samples import SORTED_AT_ONCE_MAX, Samples, ranked, statistic
from simulator.scenario.limits import limit

SECOND = 1_000_000
MINUTE, HOUR = 60 * SECOND, 3600 * SECOND
NINE = 1_708_329_600 * SECOND  # Monday, 2024-02-19 09:00 in Berlin
K = "k@example.org"


class Story:
    """Feeds a collector; times are seconds after nine."""

    def __init__(self, **readings: str) -> None:
        profiles = {K: "eilig"}
        self.collector = Collector(
            NINE, ZoneInfo("Europe/Berlin"), readings, lambda who: profiles.get(who, "ruhig")
        )

    def act(self, at: float, act: str, *, meant: float | None = None, **fields) -> None:
        line = {"outcome": "ok", "case": 53, "act": act, **fields}
        at_us, meant_us = (round(NINE + m * SECOND) for m in (at, at if meant is None else meant))
        self.collector.take(act, line, at_us, meant_us)

    def send(self, at: float, message: str, expects: str = "reply", **fields) -> None:
        self.act(at, "send", message=message, expects=expects, **{"to": [K], **fields})

    def come(self, at: float, message: str, to: str | None = K, case: int = 53) -> None:
        self.collector.deliver(round(NINE + at * SECOND), case, message, to)

    def mail(self, at: float, message: str, to: str = K) -> None:
        line = {"see": "mail", "event": "new_message", "message": message, "to": to}
        at_us = round(NINE + at * SECOND)
        self.collector.take("mail", line, at_us, at_us)

    def end(self, at: float = 0, *limits: str) -> Measured:
        return self.collector.finish(round(NINE + at * SECOND), map(limit, limits))


def test_delivery_and_mail_count_from_the_moment_the_send_was_meant() -> None:
    story = Story()
    story.send(10, "m1", meant=4)
    story.come(12, "m1")
    story.mail(13.5, "m1")
    measured = story.end(20)
    assert measured.samples["delivery"].whole.max == 8000.0
    assert measured.samples["mail"].whole.max == 9500.0


def test_percentiles_are_samples_and_exact() -> None:
    story = Story()
    for number in range(1, 201):
        story.send(0, f"m{number}")
    for number in range(1, 201):
        story.come(number, f"m{number}")
    whole = story.end(300).samples["delivery"].whole
    assert (whole.count, whole.min, whole.max, whole.mean) == (200, 1000, 200_000, 100_500)
    assert (whole.p50, whole.p90, whole.p95, whole.p99) == (100_000, 180_000, 190_000, 198_000)


@pytest.mark.parametrize(
    ("expects", "act", "settles"),
    [
        ("acknowledge", {"act": "open", "via": "widget"}, True),
        ("acknowledge", {"act": "mark_read", "message": "m1"}, True),
        ("reply", {"act": "open", "via": "widget"}, False),
        ("reply", {"act": "reply", "message": "a1", "answers": "m1"}, True),
        ("reply", {"act": "reply", "message": "a1", "answers": None}, False),
        ("reply_with_file", {"act": "reply", "message": "a1", "answers": "m1"}, False),
        ("reply_with_file", {"act": "reply", "message": "a1", "answers": "m1", "files": [{}]}, True),
    ],
)  # fmt: skip
def test_a_message_is_settled_by_what_makes_it_count_as_read(expects, act, settles) -> None:
    story = Story()
    story.send(0, "m1", expects)
    story.come(2, "m1")
    story.act(62, **act, by=f" {K.upper()}")
    measured = story.end(122)
    assert measured.totals["settled"] == settles
    assert measured.levels["unread"].last == (not settles)
    if settles:
        assert measured.samples["settle"].whole.max == 60_000.0


def test_time_to_read_and_to_answer_count_from_the_inbox() -> None:
    story = Story()
    story.send(0, "m1", "reply_with_file")
    story.come(10, "m1")
    story.act(70, "open", via="case", by=K)
    story.act(80, "open", via="case", by=K)
    story.act(130, "reply", message="a1", answers="m1", by=K)
    story.act(190, "reply", message="a2", answers="m1", by=K, files=[{}])
    measured = story.end(300)
    read, answer = measured.samples["read"].whole, measured.samples["answer"].whole
    assert (read.count, read.max, answer.count, answer.max) == (1, 60_000.0, 1, 120_000.0)
    assert measured.samples["settle"].whole.max == 180_000.0


def test_only_the_newest_message_is_opened_where_the_reading_says_so() -> None:
    for scope, settled in (("case", 1.0), ("message", 0.5)):
        story = Story(open_scope=scope)
        for message in ("m1", "m2"):
            story.send(0, message, "acknowledge")
            story.come(0, message)
        story.act(60, "open", via="widget", by=K)
        assert story.end(60).totals["settled"] == settled


def test_one_answer_settles_the_whole_case_where_the_reading_says_so() -> None:
    for scope, settled in (("message", 1 / 3), ("case", 2 / 3)):
        story = Story(reply_scope=scope)
        for message, expects in (("m1", "reply"), ("m2", "acknowledge"), ("m3", "reply_with_file")):
            story.send(0, message, expects)
            story.come(0, message)
        story.act(60, "reply", message="a1", answers="m1", by=K)
        assert story.end(60).totals["settled"] == settled


@pytest.mark.parametrize("count", [10, SORTED_AT_ONCE_MAX + 10])
def test_figures_of_several_parts_are_exact_however_many_samples_there_are(count) -> None:
    parts = [Samples() for _ in range(3)]
    given = [float(number * 7919 % count - count // 5) for number in range(count)]
    for number, sample in enumerate(given):
        parts[number % 2].append(sample)
    row = sorted(given)
    shares = [0.0, 0.001, 12.5, 20.0, 50.0, 50.0, 99.999, 100.0]
    ranks = [max(ceil(share * count / 100 - 1e-9) - 1, 0) for share in shares]
    assert ranked(parts, shares) == [row[rank] for rank in ranks]
    assert sorted(chain.from_iterable(parts)) == row
    for name, value in (("count", count), ("min", row[0]), ("max", row[-1])):
        assert statistic(parts, name) == value
    assert statistic(parts, "mean") == fsum(row) / count
    assert statistic(parts, "p50") == row[ceil(count / 2) - 1]


def test_unread_over_time_has_an_exact_mean_and_highest() -> None:
    story = Story()
    story.send(0, "m1", "acknowledge")
    story.send(0, "m2", "acknowledge")
    story.come(0, "m1")
    story.come(3600, "m2")
    story.act(2 * 3600, "mark_read", message="m1", by=K)
    unread = story.end(4 * 3600).levels["unread"]
    assert (unread.max, unread.mean, unread.last) == (2, 1.25, 1)


def test_what_lasts_no_time_is_no_level() -> None:
    story = Story()
    story.send(0, "m1", "acknowledge")
    story.come(0, "m1")
    story.send(60, "m2", "acknowledge")
    under_way = story.end(60).levels["under_way"]
    assert (under_way.max, under_way.last, under_way.steps[0]) == (1, 1, 0)
    story = Story()
    story.send(0, "m1", "acknowledge")
    story.come(0, "m1")
    assert story.end(60).levels["under_way"].max == 0


def test_a_course_stays_small_and_keeps_its_peaks() -> None:
    story = Story()
    story.send(0, "m1", "acknowledge")
    story.come(0, "m1")
    story.act(1, "mark_read", message="m1", by=K)
    unread = story.end(30 * 24 * 3600).levels["unread"]
    assert len(unread.steps) <= 480
    assert (unread.steps[0], set(unread.steps[1:])) == (1, {0})
    assert len(unread.steps) * unread.step_us >= 30 * 24 * HOUR


def test_recipients_are_counted_as_the_case_presets_them() -> None:
    for reading, together in (("last", 2 + 2 + 1 + 1), ("all", 2 + 2 + 1 + 3)):
        story = Story(preset_recipients=reading)
        story.send(0, "m1", to=["a@x.example", " A@X.example", "b@x.example"])
        story.send(1, "m2", to=None)
        story.send(2, "m3", to=["c@x.example"])
        story.send(3, "m4", to=None)
        measured = story.end(4)
        assert measured.totals["messages"] == together
        assert measured.levels["under_way"].last == together


def test_a_send_of_unknown_outcome_is_one_message_however_often_it_is_tried() -> None:
    story = Story()
    story.send(0, "m1", outcome="unknown")
    story.come(1, "m1")
    story.send(5, "m1")
    measured = story.end(10)
    assert measured.totals["retries"] == 1
    assert measured.totals["messages"] == 1
    assert measured.levels["under_way"].last == 0
    assert measured.samples["delivery"].whole.max == 1000.0


def test_what_is_refused_measures_nothing() -> None:
    story = Story()
    story.send(0, "m1", outcome="refused")
    measured = story.end(
        10, "delivery p99 <= 2s", "unread max <= 5", "settled >= 1%", "messages >= 1"
    )
    assert (measured.samples, measured.totals["messages"]) == ({}, 0)
    assert [checked.kept for checked in measured.limits] == [None, None, None, False]


def test_a_reply_counts_from_its_writing_and_sets_the_status_when_it_arrives() -> None:
    story = Story()
    story.send(0, "m1", "reply_with_file")
    story.come(0, "m1")
    story.act(60, "reply", message="a1", answers="m1", by=K)
    before = story.collector.statuses.levels[3].value
    story.come(180, "a1", None)
    measured = story.end(200)
    assert measured.samples["reply_delivery"].whole.max == 120_000.0
    assert (before, measured.status["Datei"].last, measured.status["OK"].last) == (1, 0, 1)


@pytest.mark.parametrize(
    ("readings", "status"), [({}, "OK"), ({"fileless_reply": "unchanged"}, "Datei")]
)
def test_the_status_over_time_follows_the_readings(readings, status) -> None:
    story = Story(**readings)
    story.send(0, "m1", "reply_with_file")
    story.come(0, "m1")
    story.act(60, "reply", message="a1", answers="m1", by=K)
    story.come(60, "a1", None)
    assert story.end(60).status[status].last == 1


def test_answers_to_older_messages_leave_the_status_where_the_reading_says_so() -> None:
    for reading, status in (("newest", "OK"), ("last_sent", "Antwort")):
        story = Story(last_communication=reading)
        story.send(0, "m1")
        story.come(0, "m1")
        story.send(1, "m2")
        story.come(1, "m2")
        story.act(60, "reply", message="a1", answers="m1", by=K)
        story.come(60, "a1", None)
        assert story.end(60).status[status].last == 1


def test_case_data_is_stale_until_a_run_or_a_message_brings_it() -> None:
    story = Story()
    story.act(0, "edit_case", case=54)  # nobody outside knows this case
    story.send(0, "m1")
    story.come(0, "m1")
    story.act(60, "edit_case")
    story.act(900, "replicate", result=2, bundles=[{"records": 1}])
    story.act(1800, "replicate", result=0, bundles=[{"records": 6000}, {"records": 17}])
    story.act(2000, "edit_case")
    story.send(2600, "m2")
    story.come(2600, "m2")
    measured = story.end(3600)
    staleness = measured.samples["staleness"].whole
    assert (staleness.count, staleness.min, staleness.max) == (2, 600_000.0, 1_740_000.0)
    assert measured.totals["runs"] == 2
    assert measured.samples["run_records"].whole.max == 6017
    assert measured.samples["bundle_records"].whole.p50 == 17


def test_a_change_that_never_comes_is_no_sample_but_counts_as_outdated_to_the_end() -> None:
    story = Story()
    story.send(0, "m1")
    story.come(0, "m1")
    story.act(60, "edit_case")
    story.act(600, "edit_case")
    story.act(900, "replicate", result=0)
    story.act(2700, "edit_case")
    measured = story.end(3600, "outdated last <= 0")
    assert measured.samples["staleness"].whole.count == 2
    outdated = measured.levels["outdated"]
    assert (outdated.max, outdated.last) == (2, 1)
    assert [checked.value for checked in measured.limits] == [1]


def test_catching_up_counts_from_the_end_of_the_whole_outage() -> None:
    story = Story()
    story.send(0, "m0")
    story.come(0, "m0")
    for what in ("portal", "link"):
        story.act(10, "fault", what=what, state="down")
    story.send(60, "m1")
    story.act(60, "edit_case")
    story.act(100, "fault", what="link", state="up")
    story.act(200, "fault", what="portal", state="up")
    story.come(203, "m1")
    story.act(900, "replicate", result=0)
    story.act(1000, "fault", what="portal", state="down")
    story.act(1100, "fault", what="portal", state="up")
    samples = story.end(3600).samples
    assert (samples["catch_up"].whole.count, samples["catch_up"].whole.max) == (1, 3000.0)
    assert samples["staleness"].whole.max == 143_000.0  # the message brought it
    assert samples["data_catch_up"].whole.max == 3000.0


def test_case_data_of_an_outage_is_caught_up_by_the_next_run() -> None:
    story = Story()
    story.send(0, "m1")
    story.come(0, "m1")
    story.act(10, "fault", what="replication", state="down")
    story.act(60, "edit_case")
    story.act(100, "fault", what="replication", state="up")
    story.act(900, "replicate", result=0)
    assert story.end(900).samples["data_catch_up"].whole.max == 800_000.0


def test_figures_are_told_by_profile_action_and_hour() -> None:
    story = Story()
    for at, who, expects in ((0, K, "reply"), (3600, "l@example.org", "acknowledge")):
        story.send(at, f"m{at}", expects, to=[who])
        story.come(at + 1, f"m{at}", who)
    measured = story.end(
        7200, "delivery count of eilig >= 1", "delivery max of Kenntnisnahme <= 1s"
    )
    by = measured.samples["delivery"].by
    assert {kind: list(groups) for kind, groups in by.items()} == {
        "profile": ["eilig", "ruhig"],
        "action": ["acknowledge", "reply"],
        "hour": ["09", "10"],
    }
    assert measured.sent_by_hour == (1, 1, 0)
    assert [checked.value for checked in measured.limits] == [1, 1000.0]


def test_a_mail_that_comes_twice_is_a_retry_and_no_second_sample() -> None:
    story = Story()
    story.send(0, "m1")
    story.come(0, "m1")
    story.mail(1, "m1")
    story.mail(2, "m1")
    measured = story.end(3)
    assert measured.samples["mail"].whole.count == 1
    assert (measured.totals["mails"], measured.totals["retries"]) == (2, 1)


def test_what_is_settled_and_mailed_is_forgotten() -> None:
    story = Story()
    for number in range(1000):
        story.send(number, f"m{number}", "acknowledge", case=number)
        story.come(number, f"m{number}", case=number)
        story.mail(number, f"m{number}")
        story.act(number, "open", via="widget", by=K, case=number)
    messages = story.collector.messages
    assert not messages._items
    assert not messages._boxes
    assert not messages._sent
    measured = story.end(1000)
    assert measured.status["Info"].last == 1000
    assert measured.totals["settled"] == 1


def test_figures_have_their_unit_last() -> None:
    story = Story()
    story.send(0, "m1")
    story.come(1, "m1")
    flat = story.end(60).flat()
    assert (flat["delivery_ms_p99"], flat["unread_max"], flat["settled_share"]) == (1000, 1, 0)


def test_what_met_an_unread_message_is_counted_by_what_it_asks_for() -> None:
    story = Story()
    for number, expects in enumerate(("acknowledge", "reply", "reply_with_file")):
        story.send(number, f"m{number}", expects)
        story.come(number, f"m{number}")
    story.act(10, "open", via="reply", message="m1", by=K)
    story.act(20, "reply", message="a0", answers=None, by=K)
    story.act(30, "reply", message="a1", answers="m1", by=K)
    story.act(40, "reply", message="a2", answers="m2", by=K, files=[{}])
    story.act(50, "mark_read", message="m0", by=K)
    story.act(60, "mark_read", message="m0", by=K)
    assert story.end(60).effects == {
        "acknowledge": {"mark_read": 1, "new_message": 1},
        "reply": {"new_message": 1, "reply": 1, "reply_without_file": 1},
        "reply_with_file": {"new_message": 1, "reply_with_file": 1},
    }


def test_a_mark_that_is_refused_is_counted_as_what_it_was() -> None:
    story = Story()
    story.send(0, "m1", "reply")
    story.come(0, "m1")
    story.act(5, "mark_read", message="m1", by=K, outcome="refused")
    measured = story.end(10)
    assert measured.effects == {"reply": {"mark_read": 1}}
    assert measured.totals["settled"] == 0


def test_what_set_the_status_is_counted_by_the_status_before() -> None:
    story = Story()
    story.send(0, "m1", "acknowledge")
    story.come(0, "m1")
    story.send(1, "m2", "reply")
    story.come(1, "m2")
    story.act(5, "reply", message="a1", answers="m2", by=K)
    story.come(5, "a1", None)
    assert story.end(10).moves == {
        "": {"acknowledge": 1},
        "Info": {"reply": 1},
        "Antwort": {"came_back": 1},
    }


def test_a_reply_of_unknown_outcome_is_one_whether_it_came_or_not() -> None:
    for came_first in (True, False):
        story = Story()
        story.send(0, "m1")
        story.come(0, "m1")
        reply = {"message": "a1", "answers": "m1", "by": K}
        story.act(10, "reply", **reply, outcome="unknown")
        if came_first:
            story.come(12, "a1", None)
        story.act(60, "reply", **reply)
        if not came_first:
            story.come(61, "a1", None)
        measured = story.end(100)
        assert (measured.totals["replies"], measured.totals["retries"]) == (1, 1)
        assert measured.levels["under_way"].last == 0
        assert measured.samples["reply_delivery"].whole.max == (2000 if came_first else 51_000)
