"""YAML is read with the place of every value, and what could harm is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bangfu.core.rulebook.mistakes import Mistake
from bangfu.core.rulebook.reading import spot
from bangfu.core.rulebook.yaml_source import Mapping, Node, Scalar, Sequence, plain_value, read_yaml


def read(text: str | bytes) -> Node | None:
    mistakes: list[Mistake] = []
    root = read_yaml("f.yml", text.encode() if isinstance(text, str) else text, mistakes)
    assert not mistakes, mistakes
    return root


def refusal(text: str | bytes) -> str:
    mistakes: list[Mistake] = []
    read_yaml("f.yml", text.encode() if isinstance(text, str) else text, mistakes)
    assert len(mistakes) == 1
    return str(mistakes[0])


def scalar(text: str) -> Scalar:
    root = read(text)
    assert isinstance(root, Mapping)
    value = root.entries["a"]
    assert isinstance(value, Scalar)
    return value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &x 1\n", "f.yml:1:4: found the anchor &x; expected plain YAML; anchors are not read"),
        ("a: *x\n", "f.yml:1:4: found the alias *x; expected the text itself; aliases are not read"),
        ("a: !!set {b}\n", "f.yml:1:4: found the tag tag:yaml.org,2002:set; expected plain YAML; tags are not read"),
        ("a: 1\n---\nb: 2\n", "f.yml:2:1: found a second document (---); expected one document in a file"),
        ("甲: 1\n甲: 2\n", "f.yml:2:1: found the key '甲' again (first in line 1); expected each key once"),
        ("? [a]\n: 1\n", "f.yml:1:3: found a list as a key; expected a plain key"),
        ("- " * 41, "f.yml:1:81: found nesting deeper than 40; expected a flatter file"),
    ],
)
def test_what_a_rulebook_does_not_need_is_refused_where_it_stands(text: str, said: str) -> None:
    assert refusal(text) == said


def test_bytes_that_are_not_utf8_are_named_with_their_place() -> None:
    said = refusal("a: 甲\nb: ".encode() + b"\xb5\xcd\n")
    assert said == "f.yml:2:4: found the byte 0xB5, which is not UTF-8; expected a file saved as UTF-8"


def test_a_syntax_error_says_its_line_and_column() -> None:
    assert refusal("a: 1\n b: 2\n").startswith("f.yml:2:3: found mapping values are not allowed in this context")


def test_a_control_character_says_its_line_and_column() -> None:
    assert refusal("a: 甲\nb: x\x07\n") == "f.yml:2:5: found a control character; expected text that can be read"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("650.00", Decimal("650.00")),
        ("-3", -3),
        ("0123", "0123"),
        ("1e5", "1e5"),
        ("0x10", "0x10"),
        ("yes", "yes"),
        ("true", True),
        ("~", None),
        ("2024-02-29", date(2024, 2, 29)),
        ("2023-02-29", "2023-02-29"),
        ("12:30", "12:30"),
        ("9" * 41, "9" * 41),
        (".5", ".5"),
        ("１２", "１２"),
    ],
)
def test_a_plain_value_is_exact_or_text_and_never_a_float(text: str, value: object) -> None:
    found = plain_value(text)
    assert found == value
    assert type(found) is type(value)


def test_a_quoted_number_is_text() -> None:
    assert scalar("a: '0123'\n").value() == "0123"
    assert scalar("a: '12'\n").value() == "12"


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    root = read("﻿a: 1\n")
    assert isinstance(root, Mapping)
    assert list(root.entries) == ["a"]


def test_keys_and_values_know_where_they_stand() -> None:
    root = read("甲乙: {b: [1, x]}\n")
    assert isinstance(root, Mapping)
    inner = root.entries["甲乙"]
    assert isinstance(inner, Mapping)
    assert (inner.keys["b"].line, inner.keys["b"].column) == (1, 6)
    items = inner.entries["b"]
    assert isinstance(items, Sequence)
    assert [(item.line, item.column) for item in items.items] == [(1, 10), (1, 13)]


@pytest.mark.parametrize(
    ("text", "word", "place"),
    [
        ("a: x < wage\n", "wage", (1, 8)),
        ('a: "x < wage"\n', "wage", (1, 9)),
        ("a: 'k = ''甲'' and wage'\n", "wage", (1, 19)),
        ('a: "k = \\u7532 and \\"b\\" wage"\n', "wage", (1, 26)),
        ("a: x\n  and\n  wage\n", "wage", (3, 3)),
        ("a: |\n  x\n\n    and wage\n", "wage", (4, 9)),
        ("a: >-\n  x and\n  wage\n", "wage", (3, 3)),
        ('a: "x and\\\n    wage"\n', "wage", (2, 5)),
    ],
)
def test_a_part_of_a_text_is_found_in_the_file_in_every_style(text: str, word: str, place: tuple[int, int]) -> None:
    value = scalar(text)
    assert spot(value.positions(), value.text.index(word)) == place


@given(st.text(alphabet="ab '\"\\\n甲#:", max_size=30), st.integers(0, 30))
def test_a_single_quoted_text_maps_every_visible_character_back(text: str, at: int) -> None:
    line = " ".join(text.split())
    value = scalar("a: '" + line.replace("'", "''") + "'\n")
    assert value.text == line
    visible = [i for i, c in enumerate(line) if c.strip()]
    if visible:
        offset = visible[at % len(visible)]
        row, column = spot(value.positions(), offset)
        assert (row, value.source[column - 1]) == (1, line[offset])
