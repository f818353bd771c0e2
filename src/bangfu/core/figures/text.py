"""A document's text as read, and the even form in which it is searched, with the way back to the text as read."""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from bangfu.core.values.text import half_width

_INVISIBLE = frozenset("\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
_CLOSING = frozenset("。，、；：！？,;:!?)）”’》】")
_ENDING = frozenset("。；：！？;:!?")
_MARKER = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}[、．.]|[(（][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[、．.](?!\d)"
    r"|第[一二三四五六七八九十]{1,3}[、，,章节条部]|[一二三四五六七八九十]是|附件|附[:：])"
)
_WIDEST_PRINT = 60


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open stretch of the even text."""

    start: int
    end: int

    def __contains__(self, place: int) -> bool:
        return self.start <= place < self.end


@dataclass(frozen=True)
class Text:
    """What was read (`raw`), its even form (`even`: half width, no stray spaces, broken lines joined, one paragraph a line)
    and for each character of the even form its place in what was read."""

    raw: str
    even: str
    places: tuple[int, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Offsets into the text as read for a stretch of the even text that is not empty."""
        return self.places[start], self.places[end - 1] + 1

    @cached_property
    def paragraphs(self) -> tuple[Span, ...]:
        """Paragraphs of the even text, without the line breaks."""
        found, start = [], 0
        for line in self.even.split("\n"):
            if line:
                found.append(Span(start, start + len(line)))
            start += len(line) + 1
        return tuple(found)

    @cached_property
    def sentences(self) -> tuple[Span, ...]:
        """Sentences of the even text: to 。！？ or the paragraph's end."""
        found = []
        for paragraph in self.paragraphs:
            start = paragraph.start
            for match in re.finditer(r"[。!?]+[”’)]*", self.even[paragraph.start : paragraph.end]):
                end = paragraph.start + match.end()
                found.append(Span(start, end))
                start = end
            if start < paragraph.end:
                found.append(Span(start, paragraph.end))
        return tuple(found)

    def paragraph_no(self, place: int) -> int:
        """Which paragraph a place of the even text lies in."""
        return bisect.bisect_right(self._paragraph_starts, place) - 1

    @cached_property
    def _paragraph_starts(self) -> list[int]:
        return [span.start for span in self.paragraphs]


def text_of(raw: str, quiet: Sequence[Span] = ()) -> Text:
    """The even form of a text. Line breaks inside a paragraph, as a PDF or a pasted text has them, are joined; stretches
    that are no prose (`quiet`: cells of tables) are left out."""
    joined = _breaks_to_join(raw) if not quiet else set()
    hidden = {place for span in quiet for place in range(span.start, span.end)}
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(raw):
        if character in _INVISIBLE or place in joined or place in hidden:
            continue
        even = half_width(character)
        if even.isspace() and even != "\n":
            even = " " if even != "\t" else "\n"
        characters.append(even)
        places.append(place)
    return _without_spaces(raw, characters, places)


def _without_spaces(raw: str, characters: list[str], places: list[int]) -> Text:
    """A space stays only between two Latin letters or digits."""
    kept: list[str] = []
    kept_places: list[int] = []
    for index, character in enumerate(characters):
        if character == " ":
            before = kept[-1] if kept else "\n"
            after = next((c for c in characters[index + 1 : index + 80] if c != " "), "\n")
            if _groups_thousands(kept, characters[index + 1 : index + 5]):
                continue
            if not (before.isascii() and before.isalnum() and after.isascii() and after.isalnum()):
                continue
        kept.append(character)
        kept_places.append(places[index])
    return Text(raw, "".join(kept), tuple(kept_places))


def _groups_thousands(before: list[str], after: list[str]) -> bool:
    """Whether a space stands inside one number, as in 1 239."""
    head = "".join(before[-4:])
    digits = len(head) - len(head.rstrip("0123456789"))
    return (
        1 <= digits <= 3 and "".join(after[:3]).isdecimal() and len(after) >= 3 and not "".join(after[3:4]).isdecimal()
    )


def _breaks_to_join(raw: str) -> set[int]:
    """Places of line breaks that do not end a paragraph."""
    lines = raw.split("\n")
    width = _print_width(lines)
    joined: set[int] = set()
    place = -1
    for number, (line, following) in enumerate(itertools.pairwise(lines)):
        place += len(line) + 1
        ends, starts = line.rstrip(), following.lstrip()
        if not ends or not starts or _MARKER.match(following):
            continue
        wrapped = width and len(ends) >= 0.85 * width
        if (number and (starts[0] in _CLOSING or ends[-1] in "、，,")) or (
            wrapped and (ends[-1] not in _ENDING or ends[-1] == "。")
        ):
            joined.add(place)
    return joined


def _print_width(lines: list[str]) -> int:
    """The width of a text that was broken into lines of one length; 0 where each line is a paragraph."""
    lengths = sorted(len(line.rstrip()) for line in lines if line.strip())
    if len(lengths) < 6:
        return 0
    widest = lengths[int(0.95 * (len(lengths) - 1))]
    full = sum(1 for length in lengths if 0.88 * widest <= length <= 1.1 * widest)
    return widest if 15 <= widest <= _WIDEST_PRINT and full >= 0.5 * len(lengths) else 0
