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
        return not self.findings and not self.undecided

    @property
    def outcome(self) -> str:
        """The verdict in one word: `kept`, `violated` or `undecided`."""
        if self.findings:
            return "violated"
        return "undecided" if self.undecided else "kept"


class Unmentioned(Exception):  # noqa: N818 - it says what the value is
    """A line names a case or a message that no line before it mentioned: bad input."""

    def __init__(self, line: int, field: str, value: object, known: tuple[str, ...]) -> None:
        """Keep the place, the value and the values that would have been understood."""
        super().__init__(f"line {line}: {field} {value!r} was never mentioned")
        self.line = line
        self.field = field
        self.value = value
        self.known = known
