"""Tokens: what is hashed is the same text on both sides, however it was written, and nothing where it is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bangfu.core.matching.tokens import hashing as tokens
from bangfu.core.matching.tokens.keys import TokenKey
from bangfu.core.values.id_number import read_id_number
from tests.core.support import sm3_oracle
from tests.core.support.made_numbers import DAYS, NUMBERS, ending_in_x, made_number

SECRET = bytes.fromhex("f1e7c52ea0ff48b9d3041c6f9be2a7508d3c61b4e9125fa6780bcd439e16f2a5")
OTHER = bytes.fromhex("0c9a3d57e1f28b64a6c0137de58f42b97a614e03d8bc95f27163a4cde09b5812")
KEY = TokenKey(SECRET)
BORN = date(1990, 3, 7)
NUMBER = made_number(BORN, 112)
WITH_X = ending_in_x(BORN)
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


# -- a number that names nobody has no token --------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        None, "", " ", "/", "无", "999999199003071234", "1" * 18, "9.90101E+17", "9901011990****1123", NUMBER[:17],
        NUMBER[:17] + ("0" if NUMBER[17] != "0" else "1"), "990101199013071128", f"{NUMBER}99", "张三",
    ],
)  # fmt: skip
def test_what_is_no_number_has_no_token(written: str | None) -> None:
    assert read_id_number(written).problem != "ok"
    assert tokens.token_of_number(KEY, written) is None


# -- one number, one token --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        WITH_X, WITH_X.lower(), f" {WITH_X}　", WITH_X.translate(FULL_WIDTH), f"{WITH_X}43", f"{WITH_X}43B1",
        f"{WITH_X[:6]} {WITH_X[6:14]} {WITH_X[14:]}", f"{WITH_X[:17]}×", f"'{WITH_X}", f"{WITH_X}\u200b",
        WITH_X[:6] + WITH_X[8:17],
    ],
)  # fmt: skip
def test_a_number_has_one_token_however_it_is_written(written: str) -> None:
    assert tokens.token_of_number(KEY, written) == tokens.token_of_number(KEY, WITH_X)


def test_the_token_is_the_mac_of_the_eighteen_characters() -> None:
    assert tokens.token_of_number(KEY, WITH_X.lower()) == sm3_oracle.hmac_sm3(SECRET, f"id|{WITH_X}".encode()).hex()


@settings(max_examples=200, deadline=None)
@given(st.lists(NUMBERS, unique=True, min_size=2, max_size=20))
def test_different_numbers_have_different_tokens_in_the_order_of_the_list(numbers: list[str]) -> None:
    made = tokens.tokens_of_numbers(KEY, numbers)
    assert len(set(made)) == len(numbers)
    assert made == [tokens.token_of_number(KEY, number) for number in numbers]


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=24), st.text("0123456789X", min_size=15, max_size=22), NUMBERS))
def test_there_is_a_token_exactly_where_the_number_is_well_formed(written: str) -> None:
    reading = read_id_number(written)
    assert (tokens.token_of_number(KEY, written) is not None) == (reading.problem == "ok")


@settings(max_examples=100, deadline=None)
@given(NUMBERS)
def test_another_key_gives_another_token(number: str) -> None:
    assert tokens.token_of_number(TokenKey(OTHER), number) != tokens.token_of_number(KEY, number)


# -- names ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("张三", "张三"), (" 张 三　", "张三"), ("張三", "张三"), ("葉劍英", "叶剑英"), ("買買提·阿卜杜拉", "买买提阿卜杜拉"),
        ("买买提•阿卜杜拉", "买买提阿卜杜拉"), ("买买提．阿卜杜拉", "买买提阿卜杜拉"), ("Ａnna Li", "annali"), ("张\u200b三", "张三"),
        ("\uf9d1六", "六六"), ("薴", "苎"), ("", ""), ("—", ""), ("／", ""), ("空", ""),
    ],
)  # fmt: skip
def test_a_name_has_one_form(written: str, name: str) -> None:
    assert tokens.normalised_name(written) == name


@settings(max_examples=500, deadline=None)
@given(TEXTS)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = tokens.normalised_name(text)
    assert tokens.normalised_name(once) == once


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=2, max_size=4), st.integers(0, 9))
def test_spaces_dots_and_width_say_nothing(name: str, at: int) -> None:
    cut = at % len(name)
    for mark in (" ", "　", "·", "•", "．", "\u200b"):
        assert tokens.normalised_name(name[:cut] + mark + name[cut:]) == tokens.normalised_name(name)


@pytest.mark.parametrize(
    ("name", "sound"),
    [
        ("张三", "zhang san"), ("覃建国", "qin jian guo"), ("單田芳", "shan tian fang"), ("曾志伟", "zeng zhi wei"),
        ("仇英", "qiu ying"), ("解缙", "xie jin"), ("查良镛", "zha liang yong"), ("朴树", "piao shu"), ("区伯", "ou bo"),
        ("任我行", "ren wo xing"), ("尉迟恭", "yu chi gong"), ("万俟卨", "mo qi xie"), ("欧阳修", "ou yang xiu"),
        ("黑子", "he zi"), ("小黑", "xiao hei"), ("吕布", "lv bu"), ("Anna", "a n n a"), ("", ""), ("单", "dan"),
    ],
)  # fmt: skip
def test_a_name_has_a_sound_and_a_surname_its_own(name: str, sound: str) -> None:
    assert tokens.name_sound(name) == sound


def test_a_wrong_character_of_the_same_sound_keeps_the_sound_token_and_loses_the_name_token() -> None:
    right, wrong = "王建国", "王剑国"
    assert tokens.sound_birth_token(KEY, right, BORN) == tokens.sound_birth_token(KEY, wrong, BORN)
    assert tokens.name_birth_token(KEY, right, BORN) != tokens.name_birth_token(KEY, wrong, BORN)


def test_the_sound_keeps_the_border_between_syllables() -> None:
    assert tokens.name_sound("西安") != tokens.name_sound("先")


@pytest.mark.parametrize("make", [tokens.name_birth_token, tokens.sound_birth_token])
@pytest.mark.parametrize(("name", "born"), [(None, BORN), ("张三", None), ("", BORN), ("—", BORN), (None, None)])
def test_without_name_or_birth_there_is_no_token_of_them(
    make: Callable[..., str | None], name: str | None, born: date | None
) -> None:
    assert make(KEY, name, born) is None


def test_the_text_that_is_hashed_is_the_name_and_the_day() -> None:
    named = sm3_oracle.hmac_sm3(SECRET, "name_birth|张三|1990-03-07".encode()).hex()
    assert tokens.name_birth_token(KEY, "張 三", BORN) == named
    sound = sm3_oracle.hmac_sm3(SECRET, b"sound_birth|zhang san|1990-03-07").hex()
    assert tokens.sound_birth_token(KEY, "章叁", BORN) == sound


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.none() | TEXTS, st.none() | DAYS), max_size=12))
def test_many_at_once_are_the_same_as_one_by_one(rows: list[tuple[str | None, date | None]]) -> None:
    names, days = [name for name, _ in rows], [day for _, day in rows]
    assert tokens.name_birth_tokens(KEY, names, days) == [tokens.name_birth_token(KEY, *row) for row in rows]
    assert tokens.sound_birth_tokens(KEY, names, days) == [tokens.sound_birth_token(KEY, *row) for row in rows]


def test_no_text_of_one_kind_has_a_token_of_another() -> None:
    (as_number,) = KEY.tokens(tokens.ID, ["zhang san|1990-03-07"])
    (as_name,) = KEY.tokens(tokens.NAME_BIRTH, ["zhang san|1990-03-07"])
    (as_sound,) = KEY.tokens(tokens.SOUND_BIRTH, ["zhang san|1990-03-07"])
    assert len({as_number, as_name, as_sound}) == 3


def test_the_table_of_surnames_says_nothing_that_the_dictionary_says_itself() -> None:
    alone = {surname: " ".join(map(tokens._syllable, surname)) for surname in tokens._SURNAMES}
    assert [surname for surname, sound in tokens._SURNAMES.items() if alone[surname] == sound] == []
