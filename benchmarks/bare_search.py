"""The limit for exploration: a bare breadth-first search over tuples.

The same moves as the world `opening` (three sends, five openings, mark read, answers, new message),
without domain, oracle, refusals by reason, looks or findings: states are tuples, and a move gives
another tuple.
"""

from collections import deque
from collections.abc import Callable, Iterator

Message = tuple[int, bool, bool]  # what it expects (3: a recipient's own), opened, settled
State = tuple[tuple[Message, ...], int, int]  # messages, cloud status, acknowledged on
Move = Callable[[State], State]

ACKNOWLEDGE, REPLY, FILE, OWN = range(4)
OK = 4


def _send(expects: int) -> Move:
    def send(state: State) -> State:
        return ((*state[0], (expects, False, False)), expects, 0)

    return send


def _write(state: State) -> State:
    return ((*state[0], (OWN, True, True)), OK, 1)


def _open_all(state: State) -> State:
    messages, status, day = state
    opened = tuple((what, True, settled or what == ACKNOWLEDGE) for what, _, settled in messages)
    return (opened, status, 1 if status == ACKNOWLEDGE and messages else day)


def _touch(number: int, change: Callable[[Message], Message]) -> Move:
    def touch(state: State) -> State:
        messages, status, day = state
        if number >= len(messages) or messages[number][0] == OWN:
            return state
        changed = (*messages[:number], change(messages[number]), *messages[number + 1 :])
        newest = number == len(messages) - 1 and status == ACKNOWLEDGE
        return (changed, status, 1 if newest else day)

    return touch


def _answer(number: int, *, with_file: bool) -> Move:
    def answer(state: State) -> State:
        messages = state[0]
        if number >= len(messages) or messages[number][0] == OWN:
            return state
        what, opened, settled = messages[number]
        settled = settled or with_file or what != FILE
        changed = (*messages[:number], (what, opened, settled), *messages[number + 1 :])
        return ((*changed, (OWN, True, True)), OK, 1)

    return answer


def _open(message: Message) -> Message:
    return (message[0], True, message[2] or message[0] == ACKNOWLEDGE)


def _mark(message: Message) -> Message:
    return (message[0], message[1], True) if message[0] == ACKNOWLEDGE else message


def moves(count: int, most: int) -> Iterator[Move]:
    """Every move when there are so many messages, in a world of at most `most`."""
    yield from (_open_all, _open_all)
    for number in range(count):
        yield from (_touch(number, _open),) * 3
        yield _touch(number, _mark)
    if count < most:
        yield from (_send(ACKNOWLEDGE), _send(REPLY), _send(FILE), _write, _write)
        for number in range(count):
            yield _answer(number, with_file=False)
            yield _answer(number, with_file=True)


def bare_search(most: int) -> tuple[int, int]:
    """Search everything with at most so many messages: the states and transitions found."""
    alphabet = [tuple(moves(count, most)) for count in range(most + 1)]
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
