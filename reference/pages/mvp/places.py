"""Where the pages of the MVP are."""

from typing import Final
from urllib.parse import quote, urlencode

from reference.domain.words import CaseNumber
from reference.store.mvp_tables import NO_CASE

BASE: Final = "/mvp"
CASES: Final = f"{BASE}/cases"
NEW_CASE: Final = f"{BASE}/new-case"


def case_at(number: CaseNumber) -> str:
    """Give the address of a case; that of the form for a new one where it has no number."""
    return NEW_CASE if number == NO_CASE else f"{CASES}/{quote(str(number), safe='')}"


def with_query(path: str, **values: object) -> str:
    """Give an address with a query of the values that say something."""
    said = {name: value for name, value in values.items() if value not in (None, "", 0)}
    return f"{path}?{urlencode(said)}" if said else path
