"""What covers each clause: promises of the oracle, examples, flaws, and tests that name it."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from attrs import frozen

import simulator
from simulator.flaws import FLAWS
from simulator.history.clauses import CLAUSES, Clause, Shown
from simulator.oracle import REGISTRY

EXAMPLES: Final = Path(simulator.__file__).parent / "examples"
#: Where a checkout has its scenarios.
SCENARIOS: Final = Path("scenarios")
_MARK: Final = re.compile(
    r"^\s*(?:@|pytestmark\s*=.*)?pytest\.mark\.clause\(([^)]*)\)", re.MULTILINE
)
_ABOUT: Final = re.compile(r"^rules:(.*)$", re.MULTILINE)
_ID: Final = re.compile(r"[A-Z]{3,4}-\d+")


@frozen
class Cover:
    """One clause with everything that covers it."""

    clause: Clause
    promises: tuple[str, ...]
    examples: tuple[str, ...]
    flaws: tuple[str, ...]
    tests: tuple[str, ...]
    scenarios: tuple[str, ...] = ()

    @property
    def missing(self) -> str:
        """What the clause lacks, in words; empty if it is covered.

        A clause that a trace shows needs a promise and two examples, a good and a bad one; any
        other needs a test.
        """
        if self.clause.shown is not Shown.TRACE:
            return "" if self.tests else f"no {self.clause.shown}"
        lacks = [] if self.promises else ["no promise of the oracle"]
        lacks += [f"no {kind} example" for kind in ("good", "bad") if not self._has(kind)]
        return ", ".join(lacks)

    def _has(self, kind: str) -> bool:
        return f"{self.clause.id}-{kind}.jsonl" in self.examples


def covers(tests: Path) -> Iterator[Cover]:
    """Give every clause with what covers it: `tests` by their marks, scenarios by their rules."""
    marked = marked_tests(tests)
    about = scenarios_about(SCENARIOS)
    for id_, clause in CLAUSES.items():
        yield Cover(
            clause,
            promises=tuple(promise.name for promise in REGISTRY if promise.rule == id_),
            examples=tuple(sorted(path.name for path in EXAMPLES.glob(f"{id_}-*.jsonl"))),
            flaws=tuple(name for name, flaw in FLAWS.items() if id_ in flaw.caught_under),
            tests=marked.get(id_, ()),
            scenarios=about.get(id_, ()),
        )


def scenarios_about(folder: Path) -> Mapping[str, tuple[str, ...]]:
    """Give the scenario files that name each clause as what they are about."""
    files: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*.yaml")):
        found = _ABOUT.search(path.read_text("utf-8"))
        for id_ in _ID.findall(found[1]) if found else ():
            files.setdefault(id_, []).append(str(path.relative_to(folder)))
    return {id_: tuple(names) for id_, names in files.items()}


def marked_tests(tests: Path) -> Mapping[str, tuple[str, ...]]:
    """Give the test files that name each clause in a `clause` mark; none without a checkout."""
    files: dict[str, list[str]] = {}
    for path in sorted(tests.rglob("test_*.py")):
        for mark in _MARK.finditer(path.read_text("utf-8")):
            for id_ in _ID.findall(mark[1]):
                name = str(path.relative_to(tests))
                if name not in files.setdefault(id_, []):
                    files[id_].append(name)
    return {id_: tuple(names) for id_, names in files.items()}
