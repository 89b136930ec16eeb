"""Plots as small SVG pictures: lines, steps, areas; what they show stands beside them as text."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from attrs import frozen

from simulator.report.axes import Axis

Point = tuple[float, float]
#: Colours that keep apart in print and for who sees no red or no green; lines differ in dashes too.
COLOURS: Final = ("#1f5fa8", "#b85c00", "#1f7a3d", "#7a3e9d", "#b3261e", "#4a5563")
DASHES: Final = ("", "7 4", "2 3", "10 3 2 3", "14 4", "4 2")
WIDTH, HEIGHT = 640, 250
LEFT, RIGHT, TOP, BOTTOM = 74, 22, 14, 46
_HIGH: Final = 0.999


@frozen
class Series:
    """A line of a plot, or with `area` what lies between it and the axis or the series below."""

    label: str
    points: Sequence[Point]
    colour: str = COLOURS[0]
    dash: str = ""


@frozen
class Chart:
    """A plot: the picture, what it shows in a sentence, and the legend."""

    svg: str
    legend: Sequence[Series]
    filled: bool = False


def line_chart(told: str, x: Axis, y: Axis, series: Sequence[Series]) -> Chart:
    """Draw lines; `told` says what they show to who cannot see them."""
    paths = [
        f'<path class="line" d="{_path(one.points, x, y)}" stroke="{one.colour}"'
        f' stroke-dasharray="{one.dash}"/>'
        for one in series
        if one.points
    ]
    return Chart(_framed(told, x, y, paths), series)


def area_chart(told: str, x: Axis, y: Axis, series: Sequence[Series]) -> Chart:
    """Draw areas upon each other: the points of each series are the heights of its own area."""
    below = [(place, 0.0) for place, _ in series[0].points] if series else []
    paths: list[str] = []
    for one in series:
        above = [
            (place, low + own) for (place, own), (_, low) in zip(one.points, below, strict=True)
        ]
        shape = _path([*above, *reversed(below)], x, y)
        paths.append(f'<path class="area" d="{shape} Z" fill="{one.colour}"/>')
        below = above
    return Chart(_framed(told, x, y, paths), series, filled=True)


def steps_of(begin_us: int, end_us: int, step_us: int, values: Iterable[float]) -> list[Point]:
    """Give the corners of a course: each value lasts a step."""
    points: list[Point] = []
    for number, value in enumerate(values):
        at = begin_us + number * step_us
        if at > end_us:
            break
        points += [(at, value), (min(at + step_us, end_us), value)]
    return points


def _x(place: float) -> str:
    return _short(LEFT + place * (WIDTH - LEFT - RIGHT))


def _y(place: float) -> str:
    return _short(HEIGHT - BOTTOM - place * (HEIGHT - TOP - BOTTOM))


def _short(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _path(points: Iterable[Point], x: Axis, y: Axis) -> str:
    """Give a path through points; what would not move it is left out."""
    parts: list[str] = []
    for across, up in points:
        part = f"{_x(x.place(across))} {_y(y.place(up))}"
        if not parts or parts[-1] != part:
            parts.append(part)
    return "M" + " L".join(parts)


def _framed(told: str, x: Axis, y: Axis, paths: Iterable[str]) -> str:
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    parts = [f'<svg class="chart" {size} role="img" aria-label="{escape(told)}">']
    foot, end = HEIGHT - BOTTOM, WIDTH - RIGHT
    for value, text in y.ticks():
        at = _y(y.place(value))
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{at}" x2="{end}" y2="{at}"/>')
        parts.append(f'<text class="tick up" x="{LEFT - 8}" y="{at}">{escape(text)}</text>')
    for value, text in x.ticks():
        place = x.place(value)
        kind = "tick across last" if place > _HIGH else "tick across"
        at = _x(place)
        parts.append(f'<line class="mark" x1="{at}" y1="{foot}" x2="{at}" y2="{foot + 5}"/>')
        parts.append(f'<text class="{kind}" x="{at}" y="{foot + 22}">{escape(text)}</text>')
    return "".join([*parts, *paths, "</svg>"])
