"""What a rulebook's campaigns may not say, with the exact words; and what a question makes of an answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from rulebook_writing import county, refused, written

GOOD = """\
id: look
title: 回头看
source: 某文件
findings:
  missed: {label: 漏评, days: 15}
questions:
  - {id: below, text: 是否低于标准, expected: no, finding: missed}
"""
FILE = "small/campaigns/a.yml"
CHANGES = {
    "a finding that is not declared": (
        "finding: missed}", "finding: mised}",
        f"{FILE}:7:54: found finding: mised; expected a key of findings; did you mean 'missed'?",
    ),
    "an answer that is no answer": (
        "expected: no", "expected: maybe", f"{FILE}:7:41: found expected: maybe; expected one of yes, no",
    ),
    "a name that is built in": (
        "findings:\n", "findings:\n  unclear: {label: 不清, days: 5}\n",
        f"{FILE}:5:3: found the finding unclear; expected another name; that one is raised by every unclear answer",
    ),
    "days that nobody could keep": (
        "days: 15", "days: 0", f"{FILE}:5:29: found days: 0; expected a whole number from 1 to 365",
    ),
    "a question asked twice": (
        "questions:\n", "questions:\n  - {id: below, text: 甲, expected: yes, finding: missed}\n",
        f"{FILE}:8:5: found the question below again; expected each question once",
    ),
    "a checklist without a question": (
        "questions:\n  - {id: below, text: 是否低于标准, expected: no, finding: missed}\n", "questions: []\n",
        f"{FILE}:6:12: found 0 questions; expected 1 to 60 questions",
    ),
    "a checklist from nowhere": (
        "source: 某文件\n", "", f"{FILE}:1:1: found a campaign without 'source'; expected the key 'source'",
    ),
    "a key that nobody reads": (
        "source: 某文件\n", "source: 某文件\nscop: {type: x}\n",
        f"{FILE}:4:1: found the key 'scop'; expected a key of a campaign: id, title, source, scope, questions, findings, note, "
        "enabled; did you mean 'scope'?",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_mistake_is_told_with_its_place(name: str, tmp_path: Path) -> None:
    old, new, said = CHANGES[name]
    assert old in GOOD
    assert said in refused(written(tmp_path, {"campaigns/a.yml": GOOD.replace(old, new)}))


def test_a_county_replaces_a_campaign_and_switches_another_off(tmp_path: Path) -> None:
    from bangfu.core.rulebook.loader import load

    other = GOOD.replace("id: look", "id: other")
    written(tmp_path, {"campaigns/a.yml": GOOD, "campaigns/b.yml": other})
    own = {"campaigns/a.yml": GOOD.replace("days: 15", "days: 7"), "campaigns/b.yml": "id: other\nenabled: false\n"}
    found = load(county(tmp_path, own)).campaigns
    assert list(found) == ["look"]
    assert found["look"].findings["missed"].days == 7


def test_an_answer_that_is_not_in_order_raises_its_finding_and_an_unclear_one_stays_unclear(tmp_path: Path) -> None:
    from bangfu.core.rulebook.loader import load

    (question,) = load(written(tmp_path, {"campaigns/a.yml": GOOD})).campaigns["look"].questions
    assert [question.raises(answer) for answer in ("no", "yes", "unknown")] == ["", "missed", "unclear"]


def test_the_scope_of_the_countrys_campaigns_is_checked_against_its_code_lists() -> None:
    from bangfu.core.rulebook.loader import load

    book = load(Path(__file__).resolve().parents[3] / "rulebook" / "cn", cases=False)
    assert {name: dict(one.scope) for name, one in book.campaigns.items()} == {
        "wrong_exit": {"type": "graduated"},
        "missed": {"type": "general", "monitored": "none"},
        "wrong_entry": {"monitored": "any"},
    }
    assert all(f"pairing_quota_{code.value}" in book.parameters for code in book.codes["official_rank"].values)
    assert {c.value for c in book.codes["development_measure"].values} <= {c.value for c in book.codes["measure_kind"].values}  # fmt: skip
