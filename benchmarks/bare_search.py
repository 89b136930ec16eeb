"""The limit for exploration: a bare breadth-first search over tuples.

The same moves as the world `opening` (three sends, and for its one recipient five ways of opening,
mark read, answers, new message), or as the world `two`, where two people have them all. There is
no domain, oracle, refusal by reason, look or finding: states are tuples, and a move gives another
tuple.
"""

from collections import deque
from collections.abc import Callable, Iterator

#: What it expects (3: a recipient's own); then for each person whether it is opened, and settled.
Message = tuple[int, ...]
State = tuple[tuple[Message, ...], int, int]  # messages, cloud status, acknowledged on
Move = Callable[[State], State]

ACKNOWLEDGE, REPLY, FILE, OWN = range(4)
OK = 4


def _send(expects: int, people: int) -> Move:
    message = (expects, *(0, 0) * people)

    def send(state: State) -> State:
        return ((*state[0], message), expects, 0)

    return send


def _write(people: int) -> Move:
    own = (OWN, *(1, 1) * people)

    def write(state: State) -> State:
        return ((*state[0], own), OK, 1)

    return write


def _open_all(who: int) -> Move:
    def open_all(state: State) -> State:
        messages, status, day = state
        opened = tuple([_opened(message, who) for message in messages])
        return (opened, status, 1 if status == ACKNOWLEDGE and messages else day)

    return open_all


def _opened(message: Message, who: int) -> Message:
    if message[0] == OWN:
        return message
    settled = message[who + 1] or message[0] == ACKNOWLEDGE
    return (*message[:who], 1, settled, *message[who + 2 :])


def _marked(message: Message, who: int) -> Message:
    if message[0] != ACKNOWLEDGE:
        return message
    return (*message[: who + 1], 1, *message[who + 2 :])


def _touch(number: int, who: int, change: Callable[[Message, int], Message]) -> Move:
    def touch(state: State) -> State:
        messages, status, day = state
        message = messages[number]
        if message[0] == OWN:
            return state
        changed = (*messages[:number], change(message, who), *messages[number + 1 :])
        newest = number == len(messages) - 1 and status == ACKNOWLEDGE
        return (changed, status, 1 if newest else day)

    return touch


def _answer(number: int, who: int, people: int, *, with_file: bool) -> Move:
    own = (OWN, *(1, 1) * people)

    def answer(state: State) -> State:
        messages = state[0]
        message = messages[number]
        if message[0] == OWN:
            return state
        settled = message[who + 1] or with_file or message[0] != FILE
        answered = (*message[: who + 1], settled, *message[who + 2 :])
        return ((*messages[:number], answered, *messages[number + 1 :], own), OK, 1)

    return answer


def moves(count: int, most: int, people: int) -> Iterator[Move]:
    """Every move when there are so many messages, in a world of at most `most`."""
    if count < most:
        yield from (_send(expects, people) for expects in (ACKNOWLEDGE, REPLY, FILE))
    for who in range(1, 2 * people, 2):
        yield from (_open_all(who), _open_all(who))
        for number in range(count):
            yield from (_touch(number, who, _opened),) * 3
            yield _touch(number, who, _marked)
        if count < most:
            yield from (_write(people), _write(people))
            for number in range(count):
                yield _answer(number, who, people, with_file=False)
                yield _answer(number, who, people, with_file=True)


def bare_search(most: int, people: int = 1) -> tuple[int, int]:
    """Search everything with at most so many messages: the states and transitions found."""
    alphabet = [tuple(moves(count, most, people)) for count in range(most + 1)]
    start: State = ((), 0, 0)
    seen = {start}
    frontier = deque((start,))
    transitions = 0
    while frontier:
        state = frontier.popleft()
        for move in alphabet[len(state[0])]:
            transitions += 1
            after = move(state)
            if after not in seen:
                seen.add(after)
                frontier.append(after)
    return len(seen), transitions
