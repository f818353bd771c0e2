"""One YAML text to a tree of nodes that know where they stand.

Built from the events of PyYAML, so that reading is iterative and nothing is constructed. What a rulebook
does not need and an attacker does is refused: anchors, aliases, tags, several documents, nesting, big files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from bangfu.core.rulebook.mistakes import Mistake
from bangfu.core.rulebook.model import Place, Value

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
MAX_NODES = 150_000
MAX_ALL_NODES = 200_000
MAX_DIGITS = 40

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z", re.ASCII)
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+\Z", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)
_BLANK_ESCAPES = ("\\", "\\n", "\\t", "\\r", "\\ ")
_ESCAPED = re.compile(r"\\(?:x..|u....|U.{8}|.)|\S")
_DOUBLED = re.compile(r"''|\S")
_LITERAL = re.compile(r"\S")


class Node:
    """Any node; `line` and `column` are 1-based."""

    __slots__ = ("column", "file", "line")
    kind = "nothing"

    def __init__(self, file: str, line: int, column: int) -> None:
        self.file, self.line, self.column = file, line, column

    @property
    def place(self) -> Place:
        """Where the node begins."""
        return Place(self.file, self.line, self.column)


class Scalar(Node):
    """A single value: its text, whether it was written plainly, and its source as written."""

    __slots__ = ("end", "source", "start", "style", "text")
    kind = "a single value"

    def __init__(
        self, file: str, line: int, column: int, text: str, style: str, source: str, start: int, end: int
    ) -> None:
        super().__init__(file, line, column)
        self.text, self.style, self.source, self.start, self.end = text, style, source, start, end

    @property
    def empty(self) -> bool:
        """Whether this is YAML's null."""
        return not self.style and self.text in ("", "~", "null")

    def value(self) -> Value:
        """The value as YAML reads it: quoted is text, a plain number is int or Decimal, never a float."""
        return self.text if self.style else plain_value(self.text)

    def positions(self) -> tuple[tuple[int, int, int], ...]:
        """Where parts of `text` stand: (offset in text, 1-based line, 1-based column), by ascending offset.

        One entry suffices where the text stands in the file letter by letter; with escapes or several lines
        there is one for each run. Characters other than white space keep their order in every style of YAML,
        so the runs are found by walking both in step.
        """
        raw = self.source[self.start : self.end]
        quote = 1 if self.style in ("'", '"') else 0
        if raw[quote : len(raw) - quote] == self.text:
            return ((0, self.line, self.column + quote),)
        return tuple(self._runs(raw, quote)) or ((0, self.line, self.column),)

    def _runs(self, raw: str, quote: int) -> Iterator[tuple[int, int, int]]:
        # each match is one visible character as this style writes it
        pattern = {"'": _DOUBLED, '"': _ESCAPED}.get(self.style, _LITERAL)
        begin, stop = quote, len(raw) - quote
        if self.style in ("|", ">"):
            begin = raw.find("\n") + 1
        line_starts = [0, *(found.end() for found in re.finditer("\n", raw))]
        line, expected = 0, None
        offset = 0
        for shown in pattern.finditer(raw, begin, stop):
            if self.style == '"' and shown[0][:2] in _BLANK_ESCAPES:
                continue
            while offset < len(self.text) and not self.text[offset].strip():
                offset += 1
            if offset == len(self.text):
                return
            at = shown.start()
            while line + 1 < len(line_starts) and line_starts[line + 1] <= at:
                line += 1
            if expected != at - offset:
                expected = at - offset
                first = self.column if line == 0 else 1
                yield offset, self.line + line, at - line_starts[line] + first
            offset += 1


class Sequence(Node):
    """A list."""

    __slots__ = ("items",)
    kind = "a list"

    def __init__(self, file: str, line: int, column: int) -> None:
        super().__init__(file, line, column)
        self.items: list[Node] = []


class Mapping(Node):
    """Keys with values; `keys` holds where each key stands."""

    __slots__ = ("entries", "keys")
    kind = "keys with values"

    def __init__(self, file: str, line: int, column: int) -> None:
        super().__init__(file, line, column)
        self.entries: dict[str, Node] = {}
        self.keys: dict[str, Scalar] = {}


def plain_value(text: str) -> Value:
    """A plain scalar by its looks; numbers too long to be meant stay text, which their reader refuses."""
    if text in ("", "~", "null"):
        return None
    if text in {"true", "false"}:
        return text == "true"
    if len(text) <= MAX_DIGITS and text[-1].isdigit():
        if _INTEGER.match(text):
            return int(text)
        if _DECIMAL.match(text):
            return Decimal(text)
        if _DATE.match(text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                return text
    return text


class _Refused(Exception):
    def __init__(self, line: int, column: int, found: str, expected: str) -> None:
        self.line, self.column, self.found, self.expected = line, column, found, expected
        super().__init__(found)


class Budget:
    """How many values a set of files may still hold together."""

    __slots__ = ("left",)

    def __init__(self, left: int) -> None:
        self.left = left


def read_yaml(file: str, data: bytes, mistakes: list[Mistake], budget: Budget | None = None) -> Node | None:
    """The root node of one file's bytes; None where it is empty, or unreadable with the mistake appended."""
    if len(data) > MAX_BYTES:
        mistakes.append(too_big(file, MAX_BYTES))
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        column = len(before) - before.rfind("\n")
        place = Place(file, before.count("\n") + 1, column)
        mistakes.append(
            Mistake(place, f"the byte 0x{data[error.start]:02X}, which is not UTF-8", "a file saved as UTF-8")
        )
        return None
    builder = _Builder(file, text, mistakes, MAX_NODES if budget is None else min(MAX_NODES, budget.left))
    try:
        return builder.build()
    except _Refused as refused:
        place = Place(file, refused.line, refused.column)
        mistakes.append(Mistake(place, refused.found, refused.expected))
    except yaml.YAMLError as error:
        mistakes.append(_syntax_mistake(file, text, error))
    finally:
        if budget is not None:
            budget.left -= builder.nodes
    return None


def too_big(file: str, limit: int) -> Mistake:
    """A file beyond what a rulebook may hold."""
    return Mistake(
        Place(file, 1, 1),
        f"a file of more than {limit:,} bytes",
        "smaller files; large tables belong to the data",
    )


def _syntax_mistake(file: str, text: str, error: yaml.YAMLError) -> Mistake:
    expected = "well-formed YAML; a text with ': ', ' #' or a leading quote, bracket or % is written in quotes"
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        found = str(getattr(error, "problem", None) or "what is not YAML")
        return Mistake(Place(file, mark.line + 1, mark.column + 1), found, expected)
    at = getattr(error, "position", None)
    if isinstance(at, int) and at >= 0:
        before = text.encode()[:at].decode("utf-8", "replace")
        place = Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        return Mistake(place, "a control character", "text that can be read")
    return Mistake(Place(file, 1, 1), "what is not YAML", expected)


class _Builder:
    def __init__(self, file: str, text: str, mistakes: list[Mistake], most: int) -> None:
        self.file, self.text, self.mistakes, self.most = file, text, mistakes, most
        self.stack: list[Sequence | Mapping] = []
        self.pending: list[Scalar | None] = []
        self.root: Node | None = None
        self.nodes = 0
        self.documents = 0

    def build(self) -> Node | None:
        file, text = self.file, self.text
        event: Any  # PyYAML's own classes differ between its two parsers
        for event in yaml.parse(text, Loader=_LOADER):
            kind = type(event)
            if kind is yaml.ScalarEvent:
                start = event.start_mark
                if event.anchor is not None or event.tag is not None:
                    self._refuse_extras(event)
                self._place(
                    Scalar(
                        file, start.line + 1, start.column + 1, event.value, event.style or "", text,
                        start.index, event.end_mark.index,
                    )
                )  # fmt: skip
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self._open(event, Mapping if kind is yaml.MappingStartEvent else Sequence)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self.stack.pop()
                self.pending.pop()
            elif kind is yaml.AliasEvent:
                self._refuse(event, f"the alias *{event.anchor}", "the text itself; aliases are not read")
            elif kind is yaml.DocumentStartEvent:
                self.documents += 1
                if self.documents > 1:
                    self._refuse(event, "a second document (---)", "one document in a file")
        return self.root

    def _open(self, event: Any, kind: type[Mapping] | type[Sequence]) -> None:
        if event.anchor is not None or event.tag is not None:
            self._refuse_extras(event)
        mark = event.start_mark
        node = kind(self.file, mark.line + 1, mark.column + 1)
        if len(self.stack) >= MAX_DEPTH:
            self._refuse(event, f"nesting deeper than {MAX_DEPTH}", "a flatter file")
        self._place(node)
        self.stack.append(node)
        self.pending.append(None)

    def _place(self, node: Node) -> None:
        """Hangs a node into the innermost open list or mapping."""
        self.nodes += 1
        if self.nodes > self.most:
            found = f"more than {MAX_NODES:,} values in a file or {MAX_ALL_NODES:,} in a rulebook"
            raise _Refused(node.line, node.column, found, "less of them; large tables belong to the data")
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
            return
        key = self.pending[-1]
        if key is None:
            if not isinstance(node, Scalar):
                raise _Refused(node.line, node.column, f"{node.kind} as a key", "a plain key")
            self.pending[-1] = node
            return
        self.pending[-1] = None
        if key.text in parent.entries:
            first = parent.keys[key.text]
            found = f"the key {key.text!r} again (first in line {first.line})"
            self.mistakes.append(Mistake(key.place, found, "each key once"))
            return
        parent.entries[key.text] = node
        parent.keys[key.text] = key

    def _refuse_extras(self, event: Any) -> None:
        if event.anchor is not None:
            self._refuse(event, f"the anchor &{event.anchor}", "plain YAML; anchors are not read")
        self._refuse(event, f"the tag {event.tag}", "plain YAML; tags are not read")

    @staticmethod
    def _refuse(event: Any, found: str, expected: str) -> None:
        raise _Refused(event.start_mark.line + 1, event.start_mark.column + 1, found, expected)
