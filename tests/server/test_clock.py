"""The system's clock, whatever happens to it."""

from datetime import UTC, datetime, timedelta

from reference.clock import SystemClock

NOON = datetime(2024, 2, 19, 12, 0, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


class Machine:
    """A machine whose clock somebody sets while time passes."""

    def __init__(self):
        self.wall, self.ticks = NOON, 0.0
        self.clock = SystemClock(wall=lambda: self.wall, ticks=lambda: self.ticks)

    def passes(self, duration):
        self.wall += duration
        self.ticks += duration.total_seconds()


def test_time_is_that_of_the_system_and_never_goes_back():
    machine = Machine()
    assert machine.clock() == NOON
    machine.passes(MINUTE)
    assert machine.clock() == NOON + MINUTE
    machine.wall -= timedelta(milliseconds=900)
    assert machine.clock() == NOON + MINUTE


def test_after_a_jump_back_time_goes_slowly_until_the_system_has_caught_up(caplog):
    machine = Machine()
    assert machine.clock() == NOON
    machine.wall -= HOUR
    seen = [machine.clock()]
    for _ in range(180):
        machine.passes(MINUTE)
        seen.append(machine.clock())
    assert seen[:3] == [NOON, NOON + MINUTE / 2, NOON + MINUTE]
    assert seen == sorted(seen)
    assert seen[-1] == machine.wall == NOON + 2 * HOUR
    assert [(each.msg, each.seconds) for each in caplog.records] == [("clock_behind", 3600)]


def test_a_jump_forward_is_followed():
    machine = Machine()
    machine.wall += HOUR
    assert machine.clock() == NOON + HOUR
