"""What happened in a scenario as a picture: who did what, what arrived, what was seen."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from html import escape
from typing import Any, Final

from attrs import Factory, define, evolve, frozen

from simulator.history.vocabulary import CARRIES
from simulator.report.measurements import ACTIONS

Record = Mapping[str, Any]

LANES: Final = ("Sachbearbeiter", "MVP", "Portal", "Mail", "Empfänger")
WORKER, MVP, PORTAL, MAIL, RECIPIENT = range(5)
LEFT, LANE, ROW, TOP = 130, 165, 26, 34
LABEL_MAX: Final = 34


@frozen
class Arrow:
    """One row: from which lane to which, with a label; the same lane twice is a note in it."""

    at: str
    begin: int
    end: int
    label: str
    style: str = "act"  # act, seen, refused, wrong

    @property
    def told(self) -> str:
        """Say between whom it goes, for the list beside the picture."""
        begin, end = LANES[self.begin], LANES[self.end]
        return begin if begin == end else f"{begin} → {end}"


def _send(line: Record) -> Iterator[tuple[int, int, str]]:
    yield WORKER, MVP, f"{line.get('message')}: {ACTIONS.get(line.get('expects') or '', '—')}"
    if line["outcome"] == "ok":
        yield MVP, PORTAL, str(line.get("message"))


def _reply(line: Record) -> Iterator[tuple[int, int, str]]:
    what = f"answers {line['answers']}" if line.get("answers") else "Neue Nachricht"
    files = len(line.get("files") or ())
    attached = f", {files} file{'s' if files > 1 else ''}" if files else ""
    yield RECIPIENT, PORTAL, f"{line.get('message')} {what}{attached}"


def _mail(line: Record) -> Iterator[tuple[int, int, str]]:
    yield PORTAL, MAIL, str(line["event"])
    yield MAIL, RECIPIENT, str(line.get("message") or line["to"])


def _one(
    begin: int, end: int, label: str | Callable[[Record], str]
) -> Callable[[Record], Iterator[tuple[int, int, str]]]:
    return lambda line: iter(((begin, end, label if isinstance(label, str) else label(line)),))


def _case(line: Record) -> str:
    status = line.get("cloud_status")
    day = line.get("acknowledged_on")
    shown = "hidden" if status is None else (status or "no status")
    return f"{shown}{f', {day}' if day else ''}"


def _inbox(line: Record) -> str:
    return f"{line.get('unread')} unread of {len(line.get('messages') or ())}"


#: How each line is drawn.
_DRAWN: Final[Mapping[str, Callable[[Record], Iterator[tuple[int, int, str]]]]] = {
    "send": _send,
    "reply": _reply,
    "mail": _mail,
    "note": _one(WORKER, MVP, "note"),
    "create_case": _one(WORKER, MVP, lambda line: f"case {line.get('case')}"),
    "edit_case": _one(WORKER, MVP, "edit case"),
    "add_document": _one(WORKER, MVP, lambda line: str(line.get("document"))),
    "set_release": _one(
        WORKER, MVP, lambda line: f"may write: {'yes' if line.get('create_messages') else 'no'}"
    ),
    "set_role": _one(WORKER, MVP, lambda line: f"{line.get('caseworker')}: {line.get('role')}"),
    "set_mail": _one(WORKER, PORTAL, lambda line: f"mail {line.get('event')}"),
    "register": _one(RECIPIENT, PORTAL, "register"),
    "request_link": _one(RECIPIENT, PORTAL, "ask for a link"),
    "open": _one(
        RECIPIENT, PORTAL, lambda line: f"open {line.get('via')} {line.get('message') or ''}"
    ),
    "mark_read": _one(RECIPIENT, PORTAL, lambda line: f"Gelesen markieren {line.get('message')}"),
    "replicate": _one(MVP, PORTAL, lambda line: f"replication: {line.get('result')}"),
    "fault": _one(MVP, MVP, lambda line: f"{line['what']} {line['state']}"),
    "case": _one(MVP, WORKER, _case),
    "case_list": _one(MVP, WORKER, "case list"),
    "activities": _one(MVP, WORKER, lambda line: f"{len(line['entries'])} activities"),
    "preset": _one(MVP, WORKER, lambda line: f"{len(line['recipients'])} preset"),
    "inbox": _one(PORTAL, RECIPIENT, _inbox),
    "portal_case": _one(
        PORTAL, RECIPIENT, lambda line: f"page: {line.get('button') or 'no button'}"
    ),
    "arrival": _one(PORTAL, MVP, lambda line: str(line.get("message"))),
}


def arrows(lines: Iterable[Record], zone: tzinfo, wrong: Collection[int] = ()) -> list[Arrow]:
    """Give the rows of the picture; what is sent in an outage goes on when it is over.

    `wrong` are the places of the lines that are not as they have to be.
    """
    rows: list[Arrow] = []
    outages = _Outages()
    for place, line in enumerate(lines):
        word = line.get("act") or line.get("see")
        if word is None or word not in _DRAWN:
            continue
        at = datetime.fromisoformat(line["at"]).astimezone(zone)
        style = "seen" if "see" in line and word not in {"mail", "arrival"} else "act"
        if line.get("outcome") == "refused":
            style = "refused"
        told = " — refused" if style == "refused" else ""
        if place in wrong:
            style, told = "wrong", f"{told} ✗"
        for begin, end, label in outages.let_wait(line, _DRAWN[word](line)):
            rows.append(Arrow(f"{at:%d.%m. %H:%M:%S}", begin, end, f"{label}{told}", style))
    return rows


@define
class _Outages:
    """What keeps messages from the portal, and which ones wait for its end."""

    down: set[str] = Factory(set[str])
    waiting: list[str] = Factory(list[str])

    def let_wait(
        self, line: Record, parts: Iterable[tuple[int, int, str]]
    ) -> Iterator[tuple[int, int, str]]:
        """Give the parts of a row, without those that wait, and with those that go on."""
        if line.get("act") == "fault" and line["what"] in CARRIES:
            (self.down.add if line["state"] == "down" else self.down.discard)(line["what"])
        for begin, end, label in parts:
            waits = bool(self.down) and line.get("act") == "send" and end == PORTAL
            if waits:
                self.waiting.append(label)
            yield (MVP, MVP, f"{label} waits") if waits else (begin, end, label)
        if not self.down:
            yield from ((MVP, PORTAL, label) for label in self.waiting)
            self.waiting.clear()


def sequence_svg(rows: Sequence[Arrow]) -> str:
    """Draw the sequence of a scenario as SVG."""
    width, height = LEFT + LANE * len(LANES), TOP + ROW * (len(rows) + 1)
    size = f'viewBox="0 0 {width} {height}" width="{width}"'
    told = f'role="img" aria-label="Sequence of {len(rows)} steps; the same as text follows"'
    parts = [f'<svg class="sequence" {size} {told}>']
    for lane, name in enumerate(LANES):
        x = _x(lane)
        parts.append(f'<text class="lane" x="{x}" y="16">{name}</text>')
        parts.append(f'<line class="life" x1="{x}" y1="24" x2="{x}" y2="{height}"/>')
    before = ""
    for number, row in enumerate(rows):
        parts += _row(row, TOP + ROW * (number + 1), "" if row.at == before else row.at)
        before = row.at
    return "".join([*parts, "</svg>"])


def _x(lane: int) -> int:
    return LEFT + LANE * lane + LANE // 3


def _row(row: Arrow, y: int, at: str) -> Iterator[str]:
    if at:
        yield f'<text class="at" x="4" y="{y + 4}">{at}</text>'
    label = row.label if len(row.label) <= LABEL_MAX else row.label[: LABEL_MAX - 1] + "…"
    begin, end = _x(row.begin), _x(row.end)
    if begin == end:
        yield f'<text class="note {row.style}" x="{begin + 6}" y="{y + 4}">{escape(label)}</text>'
        return
    tip = -5 if end > begin else 5
    yield f'<line class="{row.style}" x1="{begin}" y1="{y}" x2="{end}" y2="{y}"/>'
    yield (
        f'<path class="tip {row.style}" d="M{end} {y} l{tip} -3.5 l0 7 z"/>'
        f'<text class="label {row.style}" x="{(begin + end) / 2}" y="{y - 4}">'
        f"{escape(label)}</text>"
    )


@frozen
class State:
    """A cloud status as it was seen: since when, and the date that belongs to it."""

    at: str
    status: str
    acknowledged_on: str | None


def states_of(lines: Iterable[Record], zone: tzinfo) -> dict[object, list[State]]:
    """Give which status each look at a case showed, in order, where it was another."""
    seen: dict[object, list[State]] = {}
    for line in lines:
        if line.get("see") == "case" and line.get("cloud_status") is not None:
            row = seen.setdefault(line["case"], [])
            at = datetime.fromisoformat(line["at"]).astimezone(zone)
            state = State(f"{at:%d.%m. %H:%M}", line["cloud_status"], line.get("acknowledged_on"))
            if not row or row[-1] != evolve(state, at=row[-1].at):
                row.append(state)
    return seen
