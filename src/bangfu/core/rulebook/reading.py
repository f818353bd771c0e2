"""Reads nodes into values and collects every mistake on the way, so that all are told at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date as Date

from bangfu.core.rulebook.mistakes import ExpressionError, Mistake, nearest
from bangfu.core.rulebook.model import Expression, Label, Place
from bangfu.core.rulebook.parser import parse
from bangfu.core.rulebook.yaml_source import Mapping, Node, Scalar, Sequence, plain_value

MAX_EXPRESSION = 10_000
MAX_TEXT = 20_000
MAX_MISTAKES = 1_000
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}\Z")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,63}\Z")
_WORD = re.compile(r"\w+")
_SHOWN = 60


class TooManyMistakes(Exception):
    """Raised to stop reading; who made a thousand mistakes is not helped by the next one."""


class Reader:
    """Collects mistakes; hands out readers of mappings."""

    def __init__(self, mistakes: list[Mistake], *, incomplete: bool = False) -> None:
        self.mistakes = mistakes
        self.incomplete = incomplete
        """Whether a whole file could not be read, so that what it may declare is not known to be missing."""
        self.broken: set[str] = set()
        """Names of definitions that could not be read: that they are missing elsewhere is not news."""

    def add(self, place: Place | Node, found: str, expected: str, near: str = "") -> None:
        """Notes one mistake."""
        where = place.place if isinstance(place, Node) else place
        self.mistakes.append(Mistake(where, found, expected, near))
        if len(self.mistakes) >= MAX_MISTAKES:
            raise TooManyMistakes

    def unknown(self, place: Place | Node, found: str, name: str, expected: str, known: Iterable[str]) -> None:
        """Notes a name that is not declared, unless it is one whose own definition is the mistake."""
        if name not in self.broken and not self.incomplete:
            self.add(place, found, expected, nearest(name, known))

    def follows(self, mistake: Mistake) -> bool:
        """Whether a mistake only repeats that a definition could not be read, which is already told."""
        return bool(self.broken and self.broken.intersection(_WORD.findall(mistake.found)))

    def fields(self, node: Node, what: str, known: tuple[str, ...], needed: tuple[str, ...] = ()) -> Fields:
        """The keys of `node`, which must be a mapping of `known` keys with all of `needed`."""
        if not isinstance(node, Mapping):
            self.add(node, shown(node), f"{what} as keys with values: " + ", ".join(known))
            return Fields(self, Mapping(node.file, node.line, node.column))
        allowed = frozenset(known)
        for name, key in node.keys.items():
            if name not in allowed:
                expected = f"a key of {what}: " + ", ".join(known)
                value, near = node.entries[name], nearest(name, known)
                if isinstance(value, Scalar) and not value.text and not value.style and not near:
                    # `{en: a, b}` reads as the keys `en` and `b`
                    expected += "; a text that holds ', ' stands in quotes"
                self.add(key, f"the key {cut(name)!r}", expected, near)
        fields = Fields(self, node)
        for name in needed:
            if name not in node.entries:
                self.add(node, f"{what} without {name!r}", f"the key {name!r}")
        return fields

    def items(self, node: Node | None) -> list[Node]:
        """The items of a list; a single value or mapping stands for a list of one, nothing for none."""
        if node is None or (isinstance(node, Scalar) and node.empty):
            return []
        return node.items if isinstance(node, Sequence) else [node]

    def text(self, node: Node, what: str) -> str:
        """A scalar's text as written, so that a code with leading zeros keeps them; '' with a mistake."""
        if isinstance(node, Scalar) and not node.empty and len(node.text) <= MAX_TEXT:
            return node.text
        self.add(node, f"{what}: {shown(node)}", "a text")
        return ""

    def identifier(self, name: str, place: Node, what: str = "id") -> str:
        """A name that expressions can use: letters, digits and _; '' with a mistake."""
        if _IDENTIFIER.match(name):
            return name
        self.add(place, f"{what}: {cut(name) or 'nothing'}", "a name of at most 64 letters, digits and _")
        return ""

    def identity(self, name: str, place: Node) -> str:
        """The id of a definition that no expression names."""
        if _NAME.match(name):
            return name
        self.add(place, f"id: {cut(name) or 'nothing'}", "an id of at most 64 letters, digits, _, . and -")
        return ""

    def label(self, node: Node | None, what: str) -> Label:
        """A text in two languages, or a plain text that serves as Chinese."""
        if node is None:
            return Label()
        if isinstance(node, Scalar):
            return Label(zh=self.text(node, what))
        fields = self.fields(node, what, ("zh", "en"))
        if isinstance(node, Mapping) and not node.entries:
            self.add(node, f"{what} without a text", "zh, en or both")
        return Label(fields.text("zh"), fields.text("en"))

    def expression(self, node: Node, what: str) -> Expression | None:
        """A parsed expression; None with a mistake that points into the YAML."""
        if not isinstance(node, Scalar) or node.empty or not node.text.strip():
            self.add(node, f"{what}: {shown(node)}", "an expression")
            return None
        if len(node.text) > MAX_EXPRESSION:
            self.add(
                node,
                f"{what} of {len(node.text):,} characters",
                f"at most {MAX_EXPRESSION:,}; name a part as a fact",
            )
            return None
        return self.parsed(node.text, node, 0, node.positions())

    def parsed(self, text: str, node: Node, skip: int, runs: tuple[tuple[int, int, int], ...]) -> Expression | None:
        """`text`, which stands `skip` characters into `node`, as an expression."""
        place = Place(node.file, *spot(runs, skip))
        moved = tuple((offset - skip, line, column) for offset, line, column in runs) if len(runs) > 1 else ()
        try:
            return Expression(text, parse(text), place, moved)
        except ExpressionError as error:
            where = Place(node.file, *spot(runs, error.at + skip))
            self.add(where, error.found, error.expected, error.nearest)
        except RecursionError:
            self.add(place, "an expression nested too deeply", "a flatter expression")
        return None


class Fields:
    """The keys of one mapping, read by expectation."""

    __slots__ = ("entries", "node", "reader")

    def __init__(self, reader: Reader, node: Mapping) -> None:
        self.reader, self.node, self.entries = reader, node, node.entries

    @property
    def place(self) -> Place:
        """Where the mapping begins."""
        return self.node.place

    def get(self, key: str) -> Node | None:
        """The value's node; None where the key is absent or its value is null."""
        node = self.entries.get(key)
        return None if isinstance(node, Scalar) and node.empty else node

    def text(self, key: str, default: str = "") -> str:
        """A text."""
        node = self.get(key)
        return default if node is None else self.reader.text(node, key)

    def label(self, key: str) -> Label:
        """A text in two languages."""
        return self.reader.label(self.get(key), key)

    def choice(self, key: str, known: Iterable[str], default: str = "") -> str:
        """One of a few words."""
        node = self.get(key)
        if node is None:
            return default
        words = tuple(known)
        word = self.reader.text(node, key)
        if word and word not in words:
            self.reader.add(node, f"{key}: {cut(word)}", "one of " + ", ".join(words), nearest(word, words))
            return default
        return word or default

    def boolean(self, key: str, default: bool) -> bool:
        """`true` or `false`."""
        node = self.get(key)
        if node is None:
            return default
        value = node.value() if isinstance(node, Scalar) else None
        if isinstance(value, bool):
            return value
        self.reader.add(node, f"{key}: {shown(node)}", "true or false")
        return default

    def integer(self, key: str, default: int | None, low: int, high: int) -> int | None:
        """A whole number from `low` to `high`."""
        node = self.get(key)
        if node is None:
            return default
        value = node.value() if isinstance(node, Scalar) else None
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        self.reader.add(node, f"{key}: {shown(node)}", f"a whole number from {low} to {high}")
        return default

    def date(self, key: str) -> Date | None:
        """A date; quoted or plain."""
        node = self.get(key)
        if node is None:
            return None
        value = plain_value(node.text.strip()) if isinstance(node, Scalar) else None
        if isinstance(value, Date):
            return value
        self.reader.add(node, f"{key}: {shown(node)}", "a date such as 2024-07-01")
        return None

    def period(self) -> tuple[Date | None, Date | None]:
        """`from` and `to`, of which the second is exclusive."""
        start, end = self.date("from"), self.date("to")
        if start is not None and end is not None and start >= end:
            found = f"from {start} to {end}"
            self.reader.add(
                self.entries["to"], found, "a day after `from`; `to` is the first day that no longer counts"
            )
        return start, end

    def validity(self) -> tuple[Date | None, Date | None]:
        """The period under `valid:`; open on both sides where there is none."""
        node = self.get("valid")
        if node is None:
            return None, None
        return self.reader.fields(node, "valid", ("from", "to")).period()

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, or a single one."""
        found = (self.reader.text(node, key) for node in self.reader.items(self.get(key)))
        return tuple(text for text in found if text)

    def expression(self, key: str) -> Expression | None:
        """An expression; None where it is absent or cannot be read."""
        node = self.get(key)
        return None if node is None else self.reader.expression(node, key)


def spot(runs: tuple[tuple[int, int, int], ...], at: int) -> tuple[int, int]:
    """Line and column of an offset, from the runs of `Scalar.positions`."""
    offset, line, column = runs[0]
    for run in runs:
        if run[0] > at:
            break
        offset, line, column = run
    return line, column + max(at - offset, 0)


def shown(node: Node) -> str:
    """A node in a few words for a message."""
    if isinstance(node, Scalar):
        return "nothing" if node.empty else cut(node.text)
    return node.kind


def cut(text: str) -> str:
    """A text short enough for a message, on one line."""
    line = " ".join(text[: 4 * _SHOWN].split())
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "…"


def definitions(
    reader: Reader, root: Node, section: str, *, keyed: bool = False, beside: tuple[str, ...] = ()
) -> Iterator[tuple[Node, Scalar | None]]:
    """The definitions of a file, each with the key it stands under or None.

    A file holds one definition (keys with an `id`), a list of them, or a section named after its folder with
    a list or keys with definitions. With `keyed`, other top keys are definitions by themselves; sections named
    in `beside` are somebody else's.
    """
    if isinstance(root, Sequence):
        for item in root.items:
            yield item, None
        return
    if not isinstance(root, Mapping):
        if not (isinstance(root, Scalar) and root.empty):
            reader.add(root, shown(root), f"{section} as a list or as keys with values")
        return
    if "id" in root.entries:
        yield root, None
        return
    for name, node in root.entries.items():
        key = root.keys[name]
        if name == section:
            yield from in_section(reader, node, section)
        elif keyed:
            yield node, key
        elif name not in beside:
            known = (section, *beside, "id")
            reader.add(
                key,
                f"the key {name!r}",
                f"{section}: with definitions, or one definition with an id",
                nearest(name, known),
            )


def in_section(reader: Reader, node: Node, section: str) -> Iterator[tuple[Node, Scalar | None]]:
    """The definitions under a section's key: a list, or keys with definitions."""
    if isinstance(node, Mapping):
        for name, inner in node.entries.items():
            yield inner, node.keys[name]
    elif isinstance(node, Sequence):
        for item in node.items:
            yield item, None
    elif not (isinstance(node, Scalar) and node.empty):
        reader.add(node, f"{section}: {shown(node)}", "a list or keys with definitions")
