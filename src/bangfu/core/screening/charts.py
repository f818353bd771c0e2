"""Small charts as inline SVG: bars only, drawn to their numbers, each with its numbers in words.

Every chart is `role="img"` with a title, so that a reader who does not see it is told the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 240


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: its size, its CSS class (which gives the colour) and its name."""

    value: int
    style: str
    name: str


def stacked_bar(parts: Sequence[Part], *, height: int = 14, width: int = WIDTH) -> str:
    """A bar of `width` user units, each part in proportion; a part above zero is never thinner than 1 unit.

    An empty bar (all parts zero) is an outline, not a full one.
    """
    total = sum(part.value for part in parts)
    title = "，".join(f"{part.name} {part.value:,}" for part in parts)
    shapes, at = [], 0.0
    sizes = _sizes([part.value for part in parts], total, width)
    for part, size in zip(parts, sizes, strict=True):
        if size:
            shapes.append(f'<rect class="{part.style}" x="{at:.2f}" y="0" width="{size:.2f}" height="{height}"/>')
            at += size
    if not total:
        shapes.append(f'<rect class="none" x=".5" y=".5" width="{width - 1}" height="{height - 1}"/>')
    return _svg(title, "".join(shapes), width, height)


def bar(value: float, largest: float, title: str, *, style: str = "bar", height: int = 12, width: int = WIDTH) -> str:
    """One bar on a scale from 0 to `largest`."""
    size = width * value / largest if largest > 0 else 0.0
    shape = f'<rect class="track" width="{width}" height="{height}"/>'
    shape += f'<rect class="{style}" width="{max(size, 1.0 if value else 0.0):.2f}" height="{height}"/>'
    return _svg(title, shape, width, height)


def _sizes(values: list[int], total: int, width: int) -> list[float]:
    if not total:
        return [0.0] * len(values)
    raw = [max(width * value / total, 1.0) if value else 0.0 for value in values]
    return [size * width / sum(raw) for size in raw]


def _svg(title: str, shapes: str, width: int, height: int) -> str:
    words = escape(title)
    return (
        f'<svg class="chart" role="img" aria-label="{words}" viewBox="0 0 {width} {height}" height="{height}"'
        f' preserveAspectRatio="none"><title>{words}</title>{shapes}</svg>'
    )
