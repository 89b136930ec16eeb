"""A fingerprint tells histories apart that can still show a difference, and no others."""

from itertools import combinations

import pytest

from tests.oracle.notation import MINUTE, SECOND, START, K, L, Story, sent

DAY = 24 * 60 * MINUTE
HELD = {"receipt_transport": "replication"}


def base(*before, **settings):
    """One message to acknowledge, to two recipients, of a case with a document; no mails."""
    story = Story(**settings).case().act("add_document", "anna", case=53, document="a.pdf")
    for change in before:
        change(story)
    for event in ("new_message", "registration"):
        story.act("set_mail", "anna", event=event, enabled=False)
    return story.send("m1", "acknowledge", K, L)


def later(story, **record):
    return story.tell(DAY, **{"outcome": "ok", **record})


def release(story, right, one=K):
    return story.act("set_release", "anna", case=53, recipient=one, create_messages=right)


def followed_up(story):
    return story.act("edit_case", "anna", case=53, follow_up_on="2024-03-01")


def given(date, status="Info", **fields):
    return Story().tell(given="case", case=53, cloud_status=status, acknowledged_on=date, **fields)


def given_and_answered(*recipients):
    """A log that begins after a message to each, and after a reply that answers none of them."""
    story = given(None, preset=[K, L])
    for one in recipients:
        story.tell(
            given="message", case=53, message=f"to {one}", by="anna", expects="reply", to=[one]
        )
    return story.tell(given="message", case=53, message="r1", by=K, expects=None)


def subject(story, name):
    return story.act("edit_case", "anna", case=53, subject=name)


def mails_due():
    return base().act("set_mail", "anna", event="new_message", enabled=True).send("m2", "reply", K)


def with_file(story, by):
    """K writes a new message, and L another one; one of them has a file."""
    for one, message in ((K, "r1"), (L, "r2")):
        files = [{"name": "x.pdf", "size": 1}] if one == by else []
        story.act("reply", one, case=53, message=message, answers=None, text="Here", files=files)
    return story


def mail(story, to=K, event="registration", **fields):
    return story.see("mail", after=1, to=to, event=event, **fields)


DIFFERENT = {
    "nothing": base,
    "opened": lambda: base().open(K),
    "opened by another": lambda: base().open(L),
    "opened by both": lambda: base().open(K).open(L),
    "marked": lambda: base().mark(K, "m1"),
    "answered": lambda: base().reply(K, "r1", "m1"),
    "answered with a file": lambda: base().reply(K, "r1", "m1", 1),
    "answered otherwise": lambda: base().reply(K, "r1", "m1", text="Else"),
    "answered with another id": lambda: base().reply(K, "r2", "m1"),
    "answered the day after": lambda: later(
        base(), act="reply", by=K, case=53, message="r1", answers="m1", text="Here"
    ),
    "written anew": lambda: base().reply(K, "r1", None),
    "file from one": lambda: with_file(base(), K),
    "file from the other": lambda: with_file(base(), L),
    "sent again": lambda: base().send("m2", "acknowledge", K, L),
    "sent with another text": lambda: base().send("m2", "acknowledge", K, L, text="Else"),
    "sent with another id": lambda: base().send("m3", "acknowledge", K, L),
    "sent twice": lambda: base().send("m2", "reply", K, L).send("m4", "reply", K, L),
    "sent twice, once with another id": lambda: (
        base().send("m3", "reply", K, L).send("m4", "reply", K, L)
    ),
    "sent to one": lambda: base().send("m2", "acknowledge", K),
    "sent with a document": lambda: base().send("m2", "acknowledge", K, L, documents=["a.pdf"]),
    "asked": lambda: base().send("m2", "reply", K, L),
    "asked for a file": lambda: base().send("m2", "reply_with_file", K, L),
    "granted": lambda: release(base(), right=True),
    "withheld": lambda: release(base(), right=False),
    "granted to a third": lambda: release(base(), right=True, one="m@example.org"),
    "granted to a fourth": lambda: release(base(), right=True, one="n@example.org"),
    "edited": lambda: subject(base(), "Shed"),
    "edited otherwise": lambda: subject(base(), "Garage"),
    "edited in part": lambda: subject(base(), "Shed").replicate(1),
    "edited and carried": lambda: subject(base(), "Shed").replicate(),
    "followed up": lambda: followed_up(base()),
    "filed": lambda: base().act("add_document", "anna", case=53, document="b.pdf"),
    "perhaps filed": lambda: base().act("add_document", "anna", "unknown", case=53, document="b"),
    "another case": lambda: base().case(54),
    "a role": lambda: base().role("anna", "Benutzer"),
    "another role": lambda: base().role("anna", "none"),
    "an address": lambda: base().role("anna", "Benutzer", email="anna@example.org"),
    "registered": lambda: base().act("register", K),
    "asked for a link": lambda: base().act("request_link", K),
    "asked for two links": lambda: base().act("request_link", K).act("request_link", K),
    "another wording": lambda: base().act("set_mail", "anna", event="new_message", body="Hi"),
    "mails on": lambda: base().act("set_mail", "anna", event="new_message", enabled=True),
    "asked for a link before": lambda: base(lambda story: story.act("request_link", K)),
    "registration mails on": lambda: base().act(
        "set_mail", "anna", event="registration", enabled=True
    ),
    "mails due": mails_due,
    "mail came": lambda: mail(mails_due(), event="new_message", message="m2"),
    "link down": lambda: base().fault("link", "down"),
    "link slow": lambda: base().fault("link", "slow"),
    "mail down": lambda: base().fault("mail", "down"),
    "portal down": lambda: base().fault("portal", "down"),
    "mail came with a link": lambda: mail(base(), link="abc"),
    "mail came to another with a link": lambda: mail(base(), to=L, link="abc"),
    "link used": lambda: mail(base(), link="abc").act("register", K, link="abc"),
    "registered without the link": lambda: mail(base(), link="abc").act("register", K),
    "of unknown outcome": lambda: base().open(K, outcome="unknown"),
    "on its way": lambda: base().fault("link", "down").reply(K, "r1", "m1"),
    "on its way with a file": lambda: base().fault("link", "down").reply(K, "r1", "m1", 1),
    "half carried on its way": lambda: (
        base(readings=HELD).open(K).fault("link", "down").replicate(1)
    ),
    "not carried on its way": lambda: (
        base(readings=HELD).open(K).fault("link", "down").replicate(2)
    ),
    "on its way the day after": lambda: later(
        base().fault("link", "down"),
        act="reply",
        by=K,
        case=53,
        message="r1",
        answers="m1",
        text="Here",
    ),
    "edited twice": lambda: subject(subject(base(), "Garage"), "Shed"),
    "edited twice, carried between": lambda: subject(subject(base(), "Garage").replicate(), "Shed"),
    "edited twice, sent between": lambda: subject(
        subject(base(), "Garage").send("m2", "acknowledge", K, L), "Shed"
    ),
    "release on its way": lambda: release(base().fault("link", "down"), right=True),
    "another release on its way": lambda: release(base().fault("link", "down"), right=False),
    "edited before": lambda: base(lambda story: subject(story, "Shed")),
    "answered, then followed up": lambda: followed_up(base().reply(K, "r1", "m1")),
    "answered the day after, then followed up": lambda: followed_up(
        later(base(), act="reply", by=K, case=53, message="r1", answers="m1", text="Here")
    ),
    "arrived the day after": lambda: later(
        base().fault("link", "down").reply(K, "r1", "m1"), act="fault", what="link", state="up"
    ),
    "arrived before the outage": lambda: base().reply(K, "r1", "m1").fault("link", "down"),
    "perhaps carried": lambda: base(readings=HELD).open(K).replicate(1),
    "not carried in the same moment": lambda: base(readings=HELD).open(K).replicate(2, after=0),
    "opened after a run": lambda: base(readings=HELD).replicate(1).open(K),
    "given with a date": lambda: given("2024-01-01"),
    "given with another date": lambda: given("2024-01-02"),
    "given with another status": lambda: given("2024-01-01", "Antwort"),
    "given with a preset": lambda: given("2024-01-01", preset=[K], chosen=[K, L]),
    "given with another preset": lambda: given("2024-01-01", preset=[L], chosen=[K, L]),
    "given with more that were chosen": lambda: given(
        "2024-01-01", preset=[K], chosen=[K, L, "m@example.org"]
    ),
    "given with a last message": lambda: given_and_answered(K, L),
    "given with another last message": lambda: given_and_answered(L, K),
}


def test_histories_that_can_show_a_difference_have_different_fingerprints():
    told = {name: history().oracle.fingerprint() for name, history in DIFFERENT.items()}
    alike = [pair for pair in combinations(told, 2) if told[pair[0]] == told[pair[1]]]
    assert alike == []


SAME = {
    "mails on as they were": (
        lambda: Story().case(),
        lambda: Story().act("set_mail", "anna", event="new_message", enabled=True).case(),
    ),
    "edited to what it was": (base, lambda: subject(base(), "Roof")),
    "an older one opened while nothing gets through": (
        lambda: base().send("m2", "acknowledge", K, L).open(K, "m1").fault("link", "down"),
        lambda: base().send("m2", "acknowledge", K, L).fault("link", "down").open(K, "m1"),
    ),
    "an older one marked while nothing gets through": (
        lambda: base().send("m2", "acknowledge", K, L).mark(K, "m1").fault("link", "down"),
        lambda: base().send("m2", "acknowledge", K, L).fault("link", "down").mark(K, "m1"),
    ),
    "sent the day after": (base, lambda: base(start=START + DAY)),
    "an hour later": (lambda: base().open(K), lambda: base().open(K, after=60 * MINUTE)),
    "seen": (base, lambda: base().see(cloud_status="Info", acknowledged_on=None)),
    "seen in the inbox": (base, lambda: base().inbox(K, m1=True)),
    "noted": (base, lambda: base().act("note", "anna", case=53, text="x")),
    "opened twice": (lambda: base().open(K), lambda: base().open(K).open(K)),
    "marked once opened": (lambda: base().open(K), lambda: base().open(K).mark(K, "m1")),
    "edited, carried, in as many steps": (
        lambda: subject(subject(base(), "Garage").replicate(), "Shed").replicate(),
        lambda: subject(base(), "Shed").replicate(),
    ),
    "runs before": (
        lambda: base().replicate().replicate().send("m2", "acknowledge", K, L),
        lambda: base().send("m2", "acknowledge", K, L).replicate(),
    ),
    "perhaps carried in the same moment": (
        lambda: base(readings=HELD).open(K).replicate(1),
        lambda: base(readings=HELD).open(K).replicate(1, after=0),
    ),
    "carried twice": (
        lambda: subject(base(), "Shed").replicate(),
        lambda: subject(base(), "Shed").replicate().replicate(),
    ),
    "answered an hour later": (
        lambda: base().reply(K, "r1", "m1"),
        lambda: base().reply(K, "r1", "m1", after=60 * MINUTE),
    ),
    "on its way an hour later": (
        lambda: base().fault("link", "down").reply(K, "r1", "m1"),
        lambda: base().fault("link", "down").reply(K, "r1", "m1", after=60 * MINUTE),
    ),
    "released in another order": (
        lambda: base(lambda story: release(release(story, right=True), right=True, one=L)),
        lambda: base(lambda story: release(release(story, right=True, one=L), right=True)),
    ),
    "fault over": (base, lambda: base().fault("replication", "down")),
    "arrived": (
        lambda: base().reply(K, "r1", "m1"),
        lambda: base().reply(K, "r1", "m1").see("arrival", message="r1", after=SECOND),
    ),
}


@pytest.mark.parametrize("pair", SAME)
def test_histories_that_can_show_no_difference_have_one_fingerprint(pair):
    one, other = SAME[pair]
    assert one().oracle.fingerprint() == other().oracle.fingerprint()


def read_by(reading, *days, expects="acknowledge"):
    """Let K read a message some days after it was sent, and L some days after that."""
    readings = {"several_acknowledge": reading, "acknowledge_on_open": "first_open"}
    story = base(readings=readings).send("m2", expects, K, L)
    for one, wait in zip((K, L), days, strict=False):
        story.tell(MINUTE + wait * DAY, act="open", by=one, case=53, via="case", outcome="ok")
    return story.oracle.fingerprint()


def test_of_what_was_read_only_the_date_that_can_show_counts():
    assert read_by("first", 0, 0) == read_by("first", 0, 1)
    assert read_by("first", 0, 0) != read_by("first", 1, 0)
    assert read_by("latest", 0, 1) == read_by("latest", 1, 0)
    assert read_by("latest", 0, 0) != read_by("latest", 0, 1)
    assert read_by("all", 0, 1) == read_by("all", 1, 0)
    assert read_by("all", 0, 0) != read_by("all", 0, 1)
    assert read_by("all", 0) != read_by("all")


@pytest.mark.parametrize("reading", ["first", "latest", "all"])
def test_of_the_openings_of_a_request_only_the_first_counts(reading):
    assert read_by(reading, 0, 0, expects="reply") == read_by(reading, 0, 1, expects="reply")
    assert read_by(reading, 0, 0, expects="reply") != read_by(reading, 1, 0, expects="reply")


def test_fork_has_the_fingerprint_of_its_origin():
    for history in DIFFERENT.values():
        story = history()
        assert story.oracle.fork().fingerprint() == story.oracle.fingerprint()


@pytest.mark.parametrize("name", DIFFERENT)
def test_fingerprint_is_the_same_whether_or_not_it_was_taken_before(name):
    story = DIFFERENT[name]()
    for later_on in (False, True):
        again = Story(**story.settings)
        for line in story.lines:
            again.oracle.take(*line)
            again.oracle.fingerprint()
        again.line, again.at = story.line, story.at
        if later_on:
            for one in (again, story):
                one.fault("link", "up").replicate(1).case(54).fault("link", "slow").replicate()
        assert again.oracle.fingerprint() == story.oracle.fingerprint()


def test_fingerprint_is_new_after_each_line():
    story = subject(base(), "Shed").case(54)
    told = [story.oracle.fingerprint()]
    story.replicate(1)
    told.append(story.oracle.fingerprint())
    story.replicate()
    told.append(story.oracle.fingerprint())
    story.open(K)
    told.append(story.oracle.fingerprint())
    assert len(set(told)) == len(told)
    assert story.oracle.fingerprint() == told[-1]
    alone = base()
    before = alone.oracle.fingerprint()
    assert alone.oracle.fingerprint() == before != alone.open(K).oracle.fingerprint()


def test_fingerprint_is_that_of_what_came_of_an_act_not_of_the_act():
    story = base().open(K)
    opened = story.oracle.fingerprint()
    assert story.open(K).mark(K, "m1").oracle.fingerprint() == opened
    assert story.open(L).oracle.fingerprint() != opened


def test_what_arrived_before_an_act_that_changes_nothing_is_in_the_fingerprint():
    story = base().open(K)
    waiting = story.reply(L, "r1", "m1").oracle.fork()
    assert waiting.fingerprint() == story.open(K).oracle.fingerprint()
    assert story.see(cloud_status="OK").oracle.fingerprint() == waiting.fingerprint()


def edited(first, *tell):
    """A message of a case that had one of two subjects first, and other things after it."""
    story = Story().act("create_case", "anna", case=53, subject=first).send("m1", "reply", K)
    for one in tell:
        one(story)
    return story.oracle.fingerprint()


def test_a_subject_that_no_run_replaced_yet_makes_a_difference():
    def shed(story):
        subject(story, "Shed")

    assert edited("Roof", shed) != edited("Garage", shed)
    assert edited("Roof", shed, Story.replicate) == edited("Garage", shed, Story.replicate)
    partly = (lambda story: story.replicate(1), shed)
    assert edited("Roof", *partly) != edited("Garage", *partly)
    assert edited("Roof", *partly, Story.replicate) == edited("Garage", *partly, Story.replicate)


def test_what_may_have_happened_makes_a_difference():
    told = [base().reply(one, "r1", "m1", outcome="unknown").oracle.fingerprint() for one in (K, L)]
    beside = [
        base().case(54).reply(one, "r1", "m1", outcome="unknown").oracle.fingerprint()
        for one in (K, L)
    ]
    assert len({*told, *beside, base().oracle.fingerprint()}) == 5


def test_every_case_makes_a_difference():
    two = base().case(54).oracle.fingerprint()
    assert two != base().case(54).send("m2", "reply", K, case=54).oracle.fingerprint()
    assert two == base().case(54).oracle.fingerprint()


def test_what_was_sent_while_nothing_gets_through_makes_a_difference():
    waits = base().fault("link", "down").send("m2", "reply", K)
    slow = base().fault("link", "slow").send("m2", "reply", K)
    assert waits.oracle.fingerprint() != slow.oracle.fingerprint()
    assert slow.fault("link", "down").oracle.fingerprint() != waits.oracle.fingerprint()


def test_at_no_limit_what_is_on_its_way_differs_from_what_has_come():
    waits = sent("reply", limit_us=0).fault("link", "down").reply(K, "r1", "m1")
    came = sent("reply", limit_us=0).reply(K, "r1", "m1").fault("link", "down")
    assert waits.oracle.fingerprint() != came.oracle.fingerprint()


def test_what_was_sent_just_after_all_went_down_differs_from_what_may_have_got_through():
    told = [
        sent("reply").fault("link", "down").send("m2", "reply", K, after=after).oracle.fingerprint()
        for after in (0, 1, 2)
    ]
    assert told[0] != told[1] == told[2]


def test_the_number_of_the_case_makes_a_difference():
    one, other = (Story().case(number).oracle.fingerprint() for number in (53, 54))
    assert one != other


def follows_up(*, sent_first):
    """A reply that sets nothing but the follow-up date arrives, perhaps the day it was written."""
    story = Story({"fileless_reply": "unchanged"}).case().send("m1", "reply_with_file", K)
    story.fault("link", "down").tell(0 if sent_first else DAY, see="inbox", by=K)
    story.reply(K, "r1", "m1").tell(DAY if sent_first else 0, see="inbox", by=K)
    return story.fault("link", "up").oracle.fingerprint()


def test_the_first_day_on_which_a_reply_may_have_come_makes_a_difference():
    assert follows_up(sent_first=True) != follows_up(sent_first=False)


def test_the_line_of_what_may_have_happened_makes_a_difference_as_the_verdict_names_it():
    early = base().open(K, outcome="unknown").act("note", "anna", case=53, text="x")
    late = base().act("note", "anna", case=53, text="x").open(K, outcome="unknown")
    assert early.verdict.undecided != late.verdict.undecided
    assert early.oracle.fingerprint() != late.oracle.fingerprint()


def test_a_mark_that_a_run_in_the_same_moment_may_have_carried_can_show():
    for result, found in ((1, []), (2, [("STA-4", 8)])):
        story = base(readings=HELD).open(K).replicate(result, after=0)
        assert story.see(acknowledged_on="2024-02-19").rules == found


def test_what_is_shown_to_have_arrived_is_in_the_fingerprint():
    story = base().send("m2", "acknowledge", K, L)
    waits = story.oracle.fingerprint()
    assert story.see(under_way=[], after=SECOND).oracle.fingerprint() == waits
    down = base().fault("link", "slow").send("m2", "acknowledge", K, L)
    waits = down.oracle.fingerprint()
    assert down.see(under_way=[]).oracle.fingerprint() != waits


def test_a_mark_is_in_the_fingerprint_also_where_nothing_travels():
    story = base().inbox(K, m1=True)
    before = story.oracle.fingerprint()
    assert story.mark(K, "m1").oracle.fingerprint() != before
