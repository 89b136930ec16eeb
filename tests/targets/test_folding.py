"""What nobody asks for for long is folded up, and is what it was when somebody asks again."""

from datetime import UTC, datetime, timedelta

from reference.domain.rules import rules_for
from simulator.targets.folding import Folding
from simulator.targets.matter import read, spell
from simulator.targets.model import Model

AT = datetime(2024, 2, 19, 11, tzinfo=UTC)


def folding(awake=4):
    return Folding(lambda text: text.encode(), bytes.decode, awake)


def folded(values):
    return {key for key in values._keys if key in values._folded}


def test_values_are_what_they_were_however_long_ago_they_were_kept():
    values = folding()
    for key in range(20):
        values[key] = f"value {key}"
    assert folded(values) == set(range(16))
    assert [values.get(key) for key in range(20)] == [f"value {key}" for key in range(20)]
    assert values.get(99) is None


def test_what_was_asked_for_lately_is_not_folded():
    values = folding()
    for key in range(20):
        values[key] = "value"
        values.get(0)
    assert 0 not in folded(values)
    assert len(folded(values)) >= 20 - 2 * 4


def test_a_replaced_value_is_the_new_one():
    values = folding()
    values[0] = "old"
    for key in range(1, 20):
        values[key] = "value"
    values[0] = "new"
    assert values.get(0) == "new"


def test_all_values_are_given_in_the_order_in_which_they_came_and_stay_folded():
    values = folding()
    for key in range(20):
        values[key] = f"value {key}"
    before = folded(values)
    assert list(values.values()) == [f"value {key}" for key in range(20)]
    assert folded(values) == before


def test_a_copy_goes_its_own_way():
    values = folding()
    for key in range(20):
        values[key] = "value"
    copy = values.copy()
    for key in range(20):
        copy[key] = "other"
    assert [values.get(key) for key in range(20)] == ["value"] * 20
    assert copy.get(3) == "other"


def test_a_case_that_was_folded_up_goes_on_as_if_it_had_not_been():
    def lived(awake):
        model = Model(rules_for())
        model._matters = Folding(spell, read, awake)
        told = []

        def do(number, **act):
            told.append(model.act({"by": "anna", "case": number, **act}, AT + timedelta(number)))

        model.act({"act": "set_role", "caseworker": "anna", "role": "Benutzer"}, AT)
        for number in range(12):
            to = [f"k{number % 2}@example.org"]
            do(number, act="create_case", subject="Hail")
            if number % 3:
                do(number, act="note", text="called")
                message = {"message": f"m{number}", "text": "Please look", "to": to}
                do(number, act="send", **message, expects="acknowledge")
        for number in range(12):
            by = f"k{number % 2}@example.org"
            do(number, act="open", by=by, via="case")
            answer = {"message": f"r{number}", "answers": None, "text": "Thanks"}
            do(number, act="reply", by=by, **answer, files=[{"name": "a.jpg", "size": 1}])
        do(0, act="replicate", result=0)
        looks = [model.look(see, "anna", n) for n in range(12) for see in ("case", "activities")]
        looks += [model.look("inbox", f"k{n}@example.org") for n in range(2)]
        looks.append(model.look("case_list", "anna"))
        return told, looks, model.told()

    assert lived(awake=2) == lived(awake=1000)


def test_of_a_folded_case_only_its_place_is_kept():
    model = Model(rules_for())
    model._matters = Folding(spell, read, awake=50)
    model.act({"act": "set_role", "caseworker": "anna", "role": "Benutzer"}, AT)
    for number in range(400):
        by, at = {"by": "anna", "case": number}, AT + timedelta(minutes=number)
        message = {"message": f"m{number}", "text": "Please look", "to": [f"k{number}@example.org"]}
        model.act({"act": "create_case", "subject": "Hail", **by}, at)
        model.act({"act": "send", "expects": "reply", **by, **message}, at)
    assert len(folded(model._matters)) >= 300
    seen = model.look("case", "anna", 7)
    assert seen is not None
    assert seen["cloud_status"] == "Antwort"
