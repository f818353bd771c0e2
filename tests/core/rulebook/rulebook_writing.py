"""A small rulebook on disk, to which a test adds or replaces files."""

from __future__ import annotations

from pathlib import Path

import pytest

from bangfu.core.rulebook.loader import load
from bangfu.core.rulebook.mistakes import RulebookError
from bangfu.core.rulebook.model import Rulebook

FILES = {
    "rulebook.yml": 'name: small\nversion: "1"\ncountry: XX\ntitle: {zh: 小, en: small}\nlicence: Apache-2.0\n',
    "facts/facts.yml": """\
tables:
  households: {file: households, key: household_no, of: household}
  persons: {file: persons, key: person_no, of: person, belongs_to: household_no}
facts:
  region_code: {of: household, type: text}
  urban: {of: household, type: boolean}
  income: {of: household, type: money, period: month, min: 0}
  members: {of: household, type: integer, derive: "count(persons)"}
  sex: {of: person, type: code, code: sex}
  age: {of: person, type: integer, min: 0, max: 120}
""",
    "codes/codes.yml": "codes:\n  sex: {values: [{value: male, label: {zh: 男, en: male}}, {value: female}]}\n",
    "parameters/line.yml": """\
line:
  type: money
  per: month
  values:
    - {from: 2023-01-01, value: 650.00, source: one}
""",
    "policies/dibao.yml": """\
id: dibao
title: 低保
of: household
conditions:
  - {id: income, text: {zh: 低于}, cite: 第九条, when: "income < line * members"}
""",
}


def written(folder: Path, files: dict[str, str] | None = None, *, name: str = "small") -> Path:
    """The rulebook `name` in `folder`, with `files` over the small one's own."""
    root = folder / name
    for path, text in {**FILES, **(files or {})}.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return root


def county(folder: Path, files: dict[str, str]) -> Path:
    """A rulebook `county` of only these files that extends the small one beside it."""
    root = folder / "county"
    for path, text in {"rulebook.yml": "name: county\nversion: 1\nextends: small\n", **files}.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return root


def loaded(folder: Path, files: dict[str, str] | None = None) -> Rulebook:
    """The small rulebook with `files` over it."""
    return load(written(folder, files))


def refused(root: Path) -> list[str]:
    """What loading says, each mistake with its place within the folder of rulebooks."""
    with pytest.raises(RulebookError) as error:
        load(root)
    return [str(mistake).replace(f"{root.parent}/", "") for mistake in error.value.mistakes]
