"""Who is who in a population: names follow from numbers, profiles from the seed and the number."""

from functools import lru_cache
from typing import Final

from reference.domain.values import frozen
from simulator.scenario.chance import Chooser
from simulator.scenario.population import Population, Profile
from simulator.world.streams import Streams

_RECIPIENT: Final = "empfaenger-"
_AT_HOME: Final = "@example.org"
_CASEWORKER: Final = "sachbearbeiter-"
_KEPT: Final = 4096  # a person is drawn anew when asked for after so many others


def caseworker(number: int) -> str:
    """Give the name of a caseworker, who is counted from 0."""
    return f"{_CASEWORKER}{number + 1}"


def recipient(number: int) -> str:
    """Give the address of a recipient, who is counted from 0."""
    return f"{_RECIPIENT}{number + 1}{_AT_HOME}"


def _number_of(address: str) -> int | None:
    """Give which recipient an address belongs to; None for another one's."""
    if not (address.startswith(_RECIPIENT) and address.endswith(_AT_HOME)):
        return None
    digits = address[len(_RECIPIENT) : -len(_AT_HOME)]
    return int(digits) - 1 if digits.isdecimal() else None


@frozen
class Person:
    """A recipient of a population."""

    number: int
    profile_name: str
    profile: Profile
    never_registers: bool


class Persons:
    """The recipients of a population, by address."""

    def __init__(self, population: Population, streams: Streams) -> None:
        """Lay out the profiles by their shares."""
        self._streams = streams
        shares = {name: one.share or 0.0 for name, one in population.profiles.items()}
        self._names = Chooser.of(shares)
        self._profiles = population.profiles
        #: Gives a recipient; None for one who is not of this population.
        self.of = lru_cache(_KEPT)(self._drawn)

    def _drawn(self, address: str) -> Person | None:
        number = _number_of(address)
        if number is None:
            return None
        share, never = self._streams.draws(f"recipient/{number}", 2)
        name: str = self._names.at(share)
        profile = self._profiles[name]
        return Person(number, name, profile, never < profile.never_registers)

    def profile_of(self, address: str) -> str:
        """Give the name of a recipient's profile; "" for one who is not of this population."""
        person = self.of(address)
        return "" if person is None else person.profile_name
