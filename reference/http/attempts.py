"""How often something may be tried: limits by key that need no timer and little memory."""

from collections import OrderedDict
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Final

from attrs import Factory, define

from reference.clock import Now
from reference.http.problems import Problem, Refused

#: How many keys are remembered; the ones tried longest ago are forgotten first.
KEYS_MAX: Final = 50_000


@define(eq=False)
class Attempts:
    """So many attempts at once for each key; after that one more each `interval`."""

    _now: Now
    _at_once: int
    _interval: timedelta
    #: When the attempts of a key, spread by the interval, will be used up.
    _used_until: OrderedDict[str, datetime] = Factory(OrderedDict[str, datetime])

    def take(self, key: str) -> None:
        """Count an attempt.

        Raises:
            Refused: when there were too many, with the seconds to wait as Retry-After.
        """
        now = self._now()
        until = max(now, self._used_until.get(key, now)) + self._interval
        early = until - now - self._interval * self._at_once
        if early > timedelta(0):
            raise Refused(
                Problem.TOO_MANY_ATTEMPTS, headers={"Retry-After": str(ceil(early.total_seconds()))}
            )
        self._used_until[key] = until
        self._used_until.move_to_end(key)
        if len(self._used_until) > KEYS_MAX:
            self._used_until.popitem(last=False)

    def give_back(self, key: str) -> None:
        """Do not count an attempt that was right."""
        until = self._used_until.get(key)
        if until is not None:
            self._used_until[key] = until - self._interval


def client_key(remote: str | None, forwarded_for: str | None = None) -> str:
    """Give what counts as one client: an IPv4 address, or the /64 of an IPv6 address.

    `forwarded_for` is what a proxy that is trusted says of where it got the request from.
    """
    for text in ((forwarded_for or "").rpartition(",")[2], remote or ""):
        try:
            address = ip_address(text.strip().partition("%")[0])
        except ValueError:
            continue
        if not isinstance(address, IPv6Address):
            return str(address)
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else f"{address.packed[:8].hex()}::/64"
    return ""
