"""Answers to reads that are asked for again and again, kept until something is written."""

from collections.abc import Awaitable, Callable, Hashable
from typing import Final, Generic, TypeVar

from attrs import Factory, define

A = TypeVar("A")

#: How many users' answers are kept, and how many of each.
USERS_MAX: Final = 10_000
EACH_MAX: Final = 20


@define(eq=False)
class Remembered(Generic[A]):
    """The newest answers to what users look at; what is written of a user ends all of theirs.

    From before others can see a write until it is answered, each look is a read: nobody sees less
    than they were told, or than they saw elsewhere.
    """

    _answers: dict[str, dict[Hashable, A]] = Factory(dict[str, dict[Hashable, A]])
    _unsettled: set[str] = Factory(set[str])

    async def answer(self, user: str, what: Hashable, read: Callable[[], Awaitable[A]]) -> A:
        """Give the answer that is kept, else that of a read, which is kept from then on."""
        if user in self._unsettled:
            return await read()
        answers = self._answers.get(user)
        if answers is None:
            if len(self._answers) >= USERS_MAX:
                self._answers.clear()
            answers = self._answers[user] = {}
        kept = answers.get(what)
        if kept is None:
            kept = await read()
            if len(answers) >= EACH_MAX:
                answers.clear()
            # What is forgotten while we read is another dictionary's: ours is not asked again.
            answers[what] = kept
        return kept

    def unsettle(self, users: set[str]) -> None:
        """Let each look of users be a read until `forget`; to be called from any thread."""
        self._unsettled.update(users)

    def forget(self, users: set[str]) -> None:
        """Let the next look of users be a read, which may be kept."""
        for user in users:
            self._answers.pop(user, None)
        self._unsettled.difference_update(users)
