"""How many cases show which cloud status, over time, and what made them change it."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from simulator.measures.levels import Course, Level

Case = int | str
#: The statuses of a case that has communicated, as the case shows them.
STATUSES: Final = ("Info", "Antwort", "Datei", "OK")
_OF_ACTION: Final = {"acknowledge": 1, "reply": 2, "reply_with_file": 3}
_OK: Final = 4
#: Cases with numbers take a byte each, as many together as have the same number but for these bits.
_PAGE_BITS: Final = 8
_PAGE: Final = 1 << _PAGE_BITS


class Statuses:
    """The cloud status of every case, as its messages make it (STA-2, STA-3)."""

    def __init__(self, begin_us: int, readings: Mapping[str, str]) -> None:
        """Begin with no case that has communicated."""
        self.levels: Final = (*(Level(begin_us) for _ in range(len(STATUSES) + 1)),)
        self.moves: Final[Counter[tuple[int, str]]] = Counter()
        self._pages: Final[dict[int, bytearray]] = {}
        self._named: Final[dict[str, int]] = {}
        self._keeps_fileless: Final = readings.get("fileless_reply") == "unchanged"
        self._last: Final[dict[Case, str] | None] = (
            {} if readings.get("last_communication") == "last_sent" else None
        )

    def known(self, case: Case) -> bool:
        """Say whether a case has communicated, so that the portal has it."""
        return self._of(case) != 0

    def sent(self, case: Case, message: str, action: str, at_us: int) -> None:
        """Take a message that was sent."""
        if self._last is not None:
            self._last[case] = message
        self._move(case, action, _OF_ACTION[action], at_us)

    def came_back(self, case: Case, answers: str | None, *, fileless: bool, at_us: int) -> None:
        """Take a message that came into the case; `fileless`: a file was asked for, none came."""
        if fileless and self._keeps_fileless:
            return
        if self._last is None or answers is None or answers == self._last.get(case):
            self._move(case, "came_back", _OK, at_us)

    def _of(self, case: Case) -> int:
        if isinstance(case, str):
            return self._named.get(case, 0)
        page = self._pages.get(case >> _PAGE_BITS)
        return 0 if page is None else page[case % _PAGE]

    def _move(self, case: Case, event: str, status: int, at_us: int) -> None:
        before = self._changed(case, status)
        self.moves[before, event] += 1
        if before == status:
            return
        if before:
            self.levels[before].add(-1, at_us)
        self.levels[status].add(1, at_us)

    def _changed(self, case: Case, status: int) -> int:
        """Give a case another status; what it was before."""
        if isinstance(case, str):
            before = self._named.get(case, 0)
            self._named[case] = status
            return before
        page = self._pages.get(case >> _PAGE_BITS)
        if page is None:
            page = self._pages[case >> _PAGE_BITS] = bytearray(_PAGE)
        before, page[case % _PAGE] = page[case % _PAGE], status
        return before

    def moved(self) -> dict[str, dict[str, int]]:
        """Give how often each event came up in each status; "" is that of no communication."""
        told: dict[str, dict[str, int]] = {}
        for (before, event), count in sorted(self.moves.items()):
            told.setdefault(("", *STATUSES)[before], {})[event] = count
        return told

    def courses(self, end_us: int) -> dict[str, Course]:
        """Give how many cases showed each status over time."""
        return {
            status: level.course(end_us)
            for status, level in zip(STATUSES, self.levels[1:], strict=True)
        }
