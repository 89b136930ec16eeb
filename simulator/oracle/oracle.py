"""The oracle: takes the lines of a trace one by one and judges them."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from simulator.oracle.findings import Finding, Verdict


class Oracle:
    """Judges a trace line by line under one setting of the readings."""

    def __init__(
        self,
        readings: Mapping[str, str] | None = None,
        *,
        time_zone: str = "Europe/Berlin",
        carrier: str = "cloudtransfer",
        limit_us: int = 2_000_000,
    ) -> None:
        """Start with no facts; readings that are not named have their default."""

    def take(self, line: int, at: int, record: dict[str, Any]) -> Sequence[Finding]:
        """Fold one line (its moment in microseconds since 1970 UTC) and judge it."""
        return ()

    def finish(self) -> Verdict:
        """Close the trace and give the verdict."""
        return Verdict((), (), {})

    def fork(self) -> "Oracle":
        """Give a copy that goes its own way; cases are copied when they change."""
        return self

    def fingerprint(self) -> Hashable:
        """Give what the oracle still distinguishes; logs and counters are left out."""
        return None
