"""E-mail addresses: when two are the same, when one is malformed, which are proposed."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final

from attrs import frozen

from reference.domain.refusals import Refusal
from reference.domain.words import AddressScope

_LABEL: Final = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_ADDRESS: Final = re.compile(rf"[^\s@,;:<>()\[\]\\\"]+@{_LABEL}(?:\.{_LABEL})+")
LENGTH_MAX: Final = 254  # characters of an address that SMTP can carry


def normal_address(address: str) -> str:
    """Give the form in which addresses are compared: trimmed, lower case (SEND-12)."""
    return address.strip().lower()


@lru_cache(maxsize=10_000)
def is_address(address: str) -> bool:
    """Say whether a normal address is well formed, and shows all that it holds (SEND-12).

    What is not seen, such as a mark of direction from where it was copied, makes it another one.
    """
    if len(address) > LENGTH_MAX or not address.isprintable():
        return False
    if _ADDRESS.fullmatch(address) is None:
        return False
    local = address.partition("@")[0]
    return not (local.startswith(".") or local.endswith(".") or ".." in local)


def recipients_of(chosen: Iterable[str], normal: Callable[[str], str]) -> tuple[str, ...] | Refusal:
    """Give the recipients that were chosen, each once, in order; one malformed refuses all."""
    recipients = tuple(dict.fromkeys(map(normal, chosen)))
    if not recipients:
        return Refusal.NO_RECIPIENT
    if not all(map(is_address, recipients)):
        return Refusal.MALFORMED_ADDRESS
    return recipients


@frozen
class AddressBook:
    """The addresses that a case can propose, narrow to wide (SEND-8)."""

    case: tuple[str, ...] = ()
    customer: tuple[str, ...] = ()
    everyone: tuple[str, ...] = ()

    def proposed(self, scope: AddressScope = AddressScope.CASE) -> tuple[str, ...]:
        """Give the proposal after one of the three buttons; it starts with the case (SEND-8)."""
        if scope is AddressScope.CASE:
            return self.case
        if scope is AddressScope.CUSTOMER:
            return self.customer
        return self.everyone
