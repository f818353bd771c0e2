"""Tokens of whole columns are those of their rows, one by one."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from bangfu.core.matching.numbers import number_text, read_numbers
from bangfu.core.matching.rows import read_days
from bangfu.core.matching.tokens import hashing as tokens
from bangfu.core.matching.tokens.columns import name_tokens, number_bytes, number_tokens
from bangfu.core.matching.tokens.keys import TokenKey
from tests.core.support.made_numbers import DAYS, NUMBERS

KEY = TokenKey(bytes.fromhex("f1e7c52ea0ff48b9d3041c6f9be2a7508d3c61b4e9125fa6780bcd439e16f2a5"))
SURNAMED = st.sampled_from(
    ["覃建国", "尉迟恭", "欧阳修", "單田芳", "单", "曾", "Anna Li", "买买提·阿卜杜拉", "—", "𤦀三", "张\n三"]
)
TEXTS = st.one_of(st.none(), SURNAMED, st.text(st.characters(exclude_categories=["Cs"]), max_size=8))
OLD = st.dates(date(1850, 1, 1), date(1970, 1, 2))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(st.none(), NUMBERS, st.text("0123456789X", max_size=20)), max_size=12))
def test_a_column_of_numbers_has_the_tokens_of_each(written: list[str | None]) -> None:
    packed = read_numbers(pa.array(written, pa.string())).packed
    assert number_tokens(KEY, packed).to_pylist() == tokens.tokens_of_numbers(KEY, written)


@settings(max_examples=100, deadline=None)
@given(st.lists(NUMBERS, max_size=12))
def test_a_packed_number_is_written_as_it_was(numbers: list[str]) -> None:
    packed = read_numbers(pa.array(numbers, pa.string())).packed
    assert [bytes(row).decode() for row in number_bytes(packed)] == [number_text(int(one)) for one in packed] == numbers


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(TEXTS, st.one_of(st.none(), DAYS, OLD)), max_size=12))
def test_a_column_of_names_has_the_tokens_of_each(rows: list[tuple[str | None, date | None]]) -> None:
    names, births = [name for name, _ in rows], [day for _, day in rows]
    half = len(rows) // 2
    column = pa.chunked_array([pa.array(names[:half], pa.string()), pa.array(names[half:], pa.string())])
    named, sounding = name_tokens(KEY, column, read_days(pa.array(births, pa.date32())))
    assert named.to_pylist() == [tokens.name_birth_token(KEY, *row) for row in rows]
    assert sounding.to_pylist() == [tokens.sound_birth_token(KEY, *row) for row in rows]


def test_no_rows_have_no_tokens() -> None:
    assert number_tokens(KEY, np.empty(0, np.int64)).to_pylist() == []
    assert [column.to_pylist() for column in name_tokens(KEY, pa.nulls(0, pa.string()), np.empty(0, np.int32))] == [
        [],
        [],
    ]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=6), max_size=6))
def test_many_names_at_once_have_the_form_and_sound_of_each(names: list[str]) -> None:
    forms = tokens.normalised_names(names)
    assert forms == [tokens.normalised_name(name) for name in names]
    assert tokens.sounds_of(forms) == [tokens.name_sound(name) for name in names]
