"""What is remembered of a work is what doing it again would give."""

from random import Random

import pytest
from attrs import define

from simulator.explore.cells import memo_of_model, memo_of_oracle
from simulator.explore.memo import Form, Loaded, Memo, copy_of, frozen_of, kind_of, loaded
from simulator.explore.search import Settings, came_of, moment, told, views
from simulator.explore.worlds import WORLDS
from simulator.oracle import Oracle
from simulator.targets.model import Model


class Thing:
    def __init__(self):
        self.first = 0
        self.second = 0
        self.names = {}


def kept():
    class LoadedThing(Loaded, Thing):
        pass

    form = Form(
        lambda _: ("first", "second", "names"), frozenset({"keeper", "path", "changed"}), {}
    )

    def load(keeper):
        keeper.top = loaded(LoadedThing, keeper, ())
        return keeper.top

    return Memo(Thing(), load, {Thing: form, LoadedThing: form})


class Work:
    """A work that counts how often it is done."""

    def __init__(self, does):
        self.does = does
        self.times = 0

    def __call__(self, thing):
        self.times += 1
        return self.does(thing)


def put(name, value):
    return lambda thing: setattr(thing, name, value)


def after(memo, state, *changes):
    for name, value in changes:
        state = memo.after(state, memo.leaf((name, value), state, put(name, value)))
    return state


def test_a_work_is_done_again_only_where_something_that_it_read_differs():
    memo = kept()
    one = after(memo, (), ("first", 1), ("second", 1))
    other = after(memo, one, ("second", 2))
    different = after(memo, one, ("first", 2))
    work = Work(lambda thing: thing.first * 10)
    assert [memo.leaf("x", state, work).result for state in (one, other, different)] == [10, 10, 20]
    assert work.times == 2


def test_a_cell_that_differs_for_the_first_time_makes_what_was_remembered_void():
    memo = kept()
    work = Work(lambda thing: thing.first)
    assert memo.leaf("x", (), work).result == 0
    changed = after(memo, (), ("first", 5))
    assert memo.leaf("x", changed, work).result == 5
    assert memo.leaf("x", (), work).result == 0


def test_what_is_set_without_being_read_is_set_whatever_it_was():
    memo = kept()
    one, two = after(memo, (), ("first", 1)), after(memo, (), ("first", 2))
    three = [memo.after(state, memo.leaf("x", state, put("first", 1))) for state in (one, two)]
    assert [memo.leaf("y", state, lambda thing: thing.first).result for state in three] == [1, 1]


def test_a_work_leaves_the_states_before_it_as_they_were():
    memo = kept()
    later = memo.after((), memo.leaf("x", (), lambda thing: thing.names.update(a=1)))
    assert memo.leaf("y", later, lambda thing: dict(thing.names)).result == {"a": 1}
    assert memo.leaf("y", (), lambda thing: dict(thing.names)).result == {}


def test_works_that_are_looked_up_together_are_each_done_on_the_same_state():
    memo = kept()
    after(memo, (), ("first", 1), ("second", 1))
    adds = Work(lambda thing: setattr(thing, "first", thing.first + 1) or thing.first)
    works = [("a", adds), ("b", adds)]
    batches = [memo.batch("both", (), lambda: works) for _ in range(2)]
    assert [leaf.result for leaf in batches[0].leaves] == [1, 1]
    assert batches[0] is batches[1]
    assert (batches[0].hits, adds.times) == (2, 2)


def test_what_does_not_compare_is_told_apart_all_the_same():
    model = Model(Settings(WORLDS["opening"], {}, 1).rules())
    at, _ = moment(0)
    for record in WORLDS["opening"].beginning:
        model.act(dict(record), at)
    send = WORLDS["opening"].acts(0, 1)[0][0]
    model.act(send, at)
    case = model._cases[53]
    model.act({**send, "message": "m2"}, at)
    assert frozen_of(case) != frozen_of(model._cases[53])


def test_a_kind_of_which_nothing_is_known_cannot_be_kept():
    with pytest.raises(TypeError, match="cannot be kept in a cell"):
        kind_of(Thing)


def test_copies_of_mappings_in_mappings_go_their_own_way():
    before = {"a": {"b": {1}}}
    copied = copy_of(before)
    copied["a"]["b"].add(2)
    assert before == {"a": {"b": {1}}}


@define
class Lived:
    """Both sides, as they are and in their memos, after the same acts."""

    model: Model
    oracle: Oracle
    domain: tuple[int, ...] = ()
    judged: tuple[int, ...] = ()


@pytest.mark.parametrize("name", WORLDS)
def test_in_a_memo_both_sides_do_and_say_what_they_do_and_say_outside_of_it(name):
    settings = Settings(WORLDS[name], {}, 2)
    world, rules, registers = settings.world, settings.rules(), settings.world.registers
    models = memo_of_model(Model(rules, registers))
    oracles = memo_of_oracle(Oracle(limit_us=0, registers=registers))
    random = Random(name)
    looks = [view for group in views(world) for view in group]
    for _ in range(12):
        lived = Lived(Model(rules, registers), Oracle(limit_us=0, registers=registers))
        acts = [dict(record) for record in world.beginning]
        count = 0
        for tick in range(12):
            record = acts[tick] if tick < len(acts) else random.choice(world.acts(count, 2))[0]
            day, at_us = moment(0, 2 * tick)
            before = lived.model.fork()

            def act(model, record=record, day=day):
                outcome = model.act(record, day)
                return outcome, told(record, outcome[0], model), came_of(model, None, record)

            did = models.leaf(("act", str(record)), lived.domain, act)
            outcome = lived.model.act(record, day)
            news = came_of(lived.model, before, record)
            assert did.result == (outcome, told(record, outcome[0], lived.model), news)
            if outcome[1] is not None:
                lived.model = before
                continue
            count += "message" in record and record["act"] in {"send", "reply"}
            lived.domain = models.after(lived.domain, did)
            seen = [lived.model.look(*view) for view in looks]
            remembered = [
                models.leaf(view, lived.domain, lambda model, view=view: model.look(*view)).result
                for view in looks
            ]
            assert remembered == seen
            lines = [(line, 0) for line in (did.result[1], *news)]
            for line, late in lines + [(line, 1) for line in seen if line is not None]:
                moment_us = at_us + late

                def take(oracle, line=line, number=tick, at=moment_us):
                    return tuple(oracle.take(number, at, line))

                leaf = oracles.leaf((str(line), tick, late), lived.judged, take)
                assert leaf.result == tuple(lived.oracle.take(tick, moment_us, line)) == ()
                lived.judged = oracles.after(lived.judged, leaf)
            told_apart = oracles.leaf("f", lived.judged, lambda oracle: oracle.fingerprint())
            assert told_apart.result == lived.oracle.fingerprint()
            print_of = models.leaf("f", lived.domain, lambda model: model.fingerprint())
            assert print_of.result == lived.model.fingerprint()


def test_keys_are_equal_exactly_where_fingerprints_are():
    settings = Settings(WORLDS["opening"], {}, 2)
    models = memo_of_model(Model(settings.rules()))
    at, _ = moment(0)
    first = [dict(record) for record in WORLDS["opening"].beginning]
    acts = [record for count in (0, 1) for record, _ in WORLDS["opening"].acts(count, 2)]
    random = Random(1)
    state, known = (), {}
    for record in first + random.choices(acts, k=60):
        did = models.leaf(str(record), state, lambda model, one=record: model.act(one, at))
        state = models.after(state, did)
        told_apart = models.leaf("f", state, lambda model: model.fingerprint()).result
        assert known.setdefault(models.key(state), told_apart) == told_apart
    assert len(known) == len(set(known.values())) > 3
