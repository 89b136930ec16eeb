"""What the oracle hands out: findings, the verdict, and the one error that only it can see."""

from collections.abc import Mapping

from attrs import frozen


@frozen
class Finding:
    """One deviation from a rule: where it was seen, what the rule demands, and the facts why.

    `count` says how often the same deviation was seen.
    """

    rule: str
    line: int
    seen: str
    demanded: str
    because: str
    count: int = 1


@frozen
class Verdict:
    """What a trace showed: its findings (first cause first), what stayed open, what decided.

    `decisive` says for each rule id how often it decided what had to be seen.
    """

    findings: tuple[Finding, ...]
    undecided: tuple[str, ...]
    decisive: Mapping[str, int]

    @property
    def violated(self) -> bool:
        """Whether a rule was broken."""
        return bool(self.findings)

    @property
    def kept(self) -> bool:
        """Whether every rule held and nothing stayed open."""
        return self.outcome == "kept"

    @property
    def outcome(self) -> str:
        """The verdict in one word: `kept`, `violated` or `undecided`."""
        if self.findings:
            return "violated"
        return "undecided" if self.undecided else "kept"


class BadLine(Exception):  # noqa: N818 - it is the line that is bad, we did not fail
    """A line that only its place in the log makes bad input: the field and its value say where."""

    def __init__(self, line: int, field: str, value: object, problem: str) -> None:
        """Keep the place, the value, and what is wrong with it."""
        super().__init__(f"line {line}: {field} {value!r} {problem}")
        self.line = line
        self.field = field
        self.value = value
        self.problem = problem


class Unmentioned(BadLine):
    """A line names a case or a message that no line before it mentioned."""

    def __init__(self, line: int, field: str, value: object, known: tuple[int | str, ...]) -> None:
        """Keep the place, the value and the values that would have been understood."""
        super().__init__(line, field, value, "was never mentioned before")
        self.known = known


class Reused(BadLine):
    """A line uses the id of another message: an id stands for one, and a retry repeats it."""

    def __init__(
        self, line: int, field: str, value: object, first: int, differ: tuple[str, ...]
    ) -> None:
        """Keep the place, the line of the first use, and the fields that are not the same."""
        fields = " and ".join(filter(None, (", ".join(differ[:-1]), differ[-1])))
        verb = "differs" if len(differ) == 1 else "differ"
        problem = f"stands for another message since line {first}: {fields} {verb}"
        super().__init__(line, field, value, problem)
        self.first = first
        self.differ = differ
