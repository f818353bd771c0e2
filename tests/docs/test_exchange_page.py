"""docs/howto/exchange-with-bureaus.md says what the commands write, and its worked token is the right one."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import timedelta

from bangfu.core.matching.exchange.recording import Record
from bangfu.core.matching.tokens import hashing as tokens
from bangfu.core.matching.tokens import keys
from bangfu.core.matching.tokens import writing as token_file
from bangfu.core.values.id_number import PROBLEMS

from .conftest import DOCS, tables

TEXT = (DOCS / "howto" / "exchange-with-bureaus.md").read_text(encoding="utf-8")


def rows(first: str) -> list[tuple[str, ...]]:
    (found,) = [rows for header, rows in tables(TEXT) if header[0] == first]
    return found


def test_the_page_has_the_columns_of_a_token_file() -> None:
    assert [cell.strip("`") for cell, _ in rows("column")] == list(token_file.OWN_COLUMNS)


def test_the_page_has_the_problems_of_numbers() -> None:
    ((_, meaning),) = [row for row in rows("column") if row[0] == "`id_problem`"]
    assert set(re.findall(r"`(\w+)`", meaning)) == set(PROBLEMS)


def test_the_page_has_the_fields_of_a_record() -> None:
    assert [cell.strip("`") for cell, _ in rows("field")] == [field.name for field in fields(Record)]


def test_the_page_has_the_commands_that_make_keys_and_the_variables_that_hold_them() -> None:
    assert [cell.strip("`") for _, _, cell in rows("key")] == [
        keys.MAKE_TOKEN_KEY, keys.MAKE_SIGNING_KEY, keys.MAKE_PUBLIC_KEY
    ]  # fmt: skip
    assert set(re.findall(r"`(BANGFU_\w+)`", TEXT)) == {
        keys.TOKEN_KEY, keys.SIGNING_KEY, keys.SIGNING_KEY_FILE, keys.PUBLIC_KEY_FILE
    }  # fmt: skip


def test_the_worked_token_is_that_of_the_number_under_the_key() -> None:
    key, token = re.findall(r"`([0-9a-f]{64})`", TEXT)
    (number,) = re.findall(r"the number (\d{17}[\dX])", TEXT)
    assert tokens.token_of_number(keys.TokenKey(bytes.fromhex(key)), number) == token


def test_the_number_space_on_the_page_is_that_of_a_hundred_years() -> None:
    days = timedelta(days=36_525)
    assert days == timedelta(days=round(100 * 365.25))
    assert f"{days.days * 1000:,} numbers" in TEXT
    assert f"{days.days:,} days" in TEXT


def test_the_functions_that_the_page_names_exist() -> None:
    for name in ("tokens_of_numbers", "name_birth_tokens", "sound_birth_tokens"):
        assert f"`{name}`" in TEXT
        assert callable(getattr(tokens, name))
