"""A limit on a measurement as a scenario file says it: `delivery p99 <= 2s`."""

import re
from datetime import timedelta
from typing import Final

from simulator.history.bad_input import quote
from simulator.history.vocabulary import LABELS
from simulator.measures.limits import Limit
from simulator.measures.registry import Unit, check_statistic, measure_named
from simulator.scenario.chance import per_cent
from simulator.scenario.forms import Placed, Scalar
from simulator.scenario.quantities import count, duration

#: How a limit is written, for editors and for errors.
PATTERN: Final = r"^\s*[a-z_]+( [a-z0-9.]+)?( of .+?)?\s*(<=|<|>=|>)\s*\S.*$"
_LIMIT: Final = re.compile(
    r"\s*(?P<measure>\w+)(?:\s+(?!of\s)(?P<statistic>[\w.]+))?(?:\s+of\s+(?P<group>.+?))?"
    r"\s*(?P<comparison><=|>=|<|>)\s*(?P<bound>\S.*?)\s*"
)
_MILLISECOND: Final = timedelta(milliseconds=1)


def limit(text: str) -> Limit:
    """Read a limit: measure, statistic, perhaps whose, comparison, bound.

    `of` names an expected action, in our words or the product's, or a profile.

    Raises:
        ValueError: for anything else; the text says what would be right.
    """
    found = _LIMIT.fullmatch(text)
    if found is None:
        raise ValueError(
            f"{quote(text)} is no limit: write it like delivery p99 <= 2s, settled >= 80%,"
            " answer p50 of Antwort <= 4h"
        )
    measure = measure_named(found["measure"])
    statistic = found["statistic"] or ""
    check_statistic(measure, statistic)
    asked = Unit.COUNT if statistic == "count" else measure.unit
    group = found["group"] or ""
    group = LABELS["expects"].get(group, group)
    return Limit(
        measure, statistic, group, found["comparison"], _bound(found["bound"], asked), text
    )


def _bound(text: str, unit: Unit) -> float:
    if unit is Unit.MS:
        return duration(text) / _MILLISECOND
    if unit is Unit.COUNT:
        return count(text)
    return per_cent(text)


#: A limit as a value of a scenario file, with its place.
LIMIT: Final = Placed(Scalar(limit, "a limit on a measurement", PATTERN))
