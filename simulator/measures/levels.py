"""How many there are at a time: exact highest and mean, and a small course for a plot."""

from typing import Final

from attrs import Factory, define, field, frozen

#: More steps than this are put together two by two.
STEPS_MAX: Final = 480
MINUTE_US: Final = 60_000_000


@frozen
class Course:
    """A level over a run: figures, and the highest value of each step of equal length."""

    max: int
    mean: float | None  # over time; None where no time passed
    last: int
    step_us: int
    steps: tuple[int, ...]


@define(eq=False)
class Level:
    """A count that goes up and down from the beginning of a run on."""

    begin_us: int
    value: int = 0
    max: int = 0
    step_us: int = MINUTE_US
    _area: int = 0
    _changed_us: int = field(init=False)
    _step_end_us: int = field(init=False)
    _steps: list[int] = Factory(lambda: [0])

    def __attrs_post_init__(self) -> None:
        """Nothing has changed yet."""
        self._changed_us = self.begin_us
        self._step_end_us = self.begin_us + self.step_us

    def add(self, by: int, at_us: int) -> None:
        """Go up or down; moments come in order. What lasts no time is no level."""
        if at_us > self._changed_us:
            self._keep_the_most()
            self._area += self.value * (at_us - self._changed_us)
            self._changed_us = at_us
            if at_us >= self._step_end_us:
                self._next_step(at_us)
        self.value += by

    def _keep_the_most(self) -> None:
        self._steps[-1] = max(self._steps[-1], self.value)
        self.max = max(self.max, self.value)

    def _next_step(self, at_us: int) -> None:
        """Go on to the step that a moment is in, at the level that it is."""
        steps, begun = self._steps, at_us - self.begin_us
        missing = begun // self.step_us + 1 - len(steps)
        while missing > 0 and len(steps) + missing > STEPS_MAX:
            steps = self._steps = [max(steps[at : at + 2]) for at in range(0, len(steps), 2)]
            self.step_us *= 2
            missing = begun // self.step_us + 1 - len(steps)
        steps.extend([self.value] * missing)
        self._step_end_us = self.begin_us + len(steps) * self.step_us

    def course(self, end_us: int) -> Course:
        """Give what came of it at the end of a run."""
        self.add(0, end_us)
        self._keep_the_most()
        length = self._changed_us - self.begin_us
        mean = self._area / length if length else None
        return Course(self.max, mean, self.value, self.step_us, tuple(self._steps))
