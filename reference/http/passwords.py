"""Passwords: what is accepted, and how they are hashed and compared without blocking the loop."""

import asyncio
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from attrs import Factory, define

from reference.http.hashing import Hashing
from reference.http.problems import Fault, Problem, Refused

LENGTH_MIN: Final = 10  # characters
LENGTH_MAX: Final = 200
#: Hashes at the same time; each takes the memory of its profile.
AT_ONCE: Final = 2
#: The salt and the hash as the hasher writes them, in characters.
_SALT_LENGTH: Final = 22
_HASH_LENGTH: Final = 43


@define(eq=False)
class Passwords:
    """Hashes passwords with argon2id, a few at a time, in threads."""

    _hasher: PasswordHasher
    _dummy: str
    _turns: asyncio.Semaphore = Factory(lambda: asyncio.Semaphore(AT_ONCE))

    async def hashed(self, password: str, salt: bytes | None = None) -> str:
        """Give the hash of a password that is accepted.

        Raises:
            Refused: for one that is too short or too long.
        """
        if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
            what = f"a password has {LENGTH_MIN} to {LENGTH_MAX} characters"
            raise Refused(Problem.INVALID, Fault("body.password", what))
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password, salt=salt)

    async def fits(self, password: str, kept: str | None) -> bool:
        """Say whether a password fits its hash; without a hash it takes as long, and does not."""
        try:
            async with self._turns:
                await asyncio.to_thread(
                    self._hasher.verify, kept or self._dummy, password[: LENGTH_MAX + 1]
                )
        except VerifyMismatchError:
            return False
        return kept is not None


def passwords_of(hashing: Hashing) -> Passwords:
    """Give the hashing of passwords at a cost."""
    hasher = PasswordHasher(
        time_cost=hashing.passes, memory_cost=hashing.memory_kib, parallelism=hashing.lanes
    )
    return Passwords(hasher, _of_no_password(hashing))


def _of_no_password(hashing: Hashing) -> str:
    """Give a hash that takes as long to compare as any other of this cost, and fits nothing."""
    cost = f"m={hashing.memory_kib},t={hashing.passes},p={hashing.lanes}"
    return f"$argon2id$v=19${cost}${'A' * _SALT_LENGTH}${'A' * _HASH_LENGTH}"
