"""Bangfu and an independent oracle agree on the reference rules, with complete rows and with blanks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from bangfu.core.api import read_decisions, screen
from tests.core.support import oracle
from tests.core.support import reference_data as reference

ROOT = Path(__file__).resolve().parents[3]
RULEBOOK = ROOT / "rulebook" / "reference"
NO_AMOUNT = {"borderline"}
COVER = {"covered", "need"}
"""Clauses that read another policy's result, where ranges may answer unknown needlessly."""


@dataclass(frozen=True)
class Answer:
    """One row of the decisions, masks expanded."""

    status: str
    amount: int | None
    low: int | None
    high: int | None
    failed: tuple[str, ...]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]


def answers(data: oracle.Registry, folder: Path, as_of: date = reference.CHANGE) -> dict[oracle.Unit, Answer]:
    """Screen a registry; a unit that is answered twice is an error."""
    source = reference.write(data, folder / "data")
    screen(rulebook=RULEBOOK, data=source, as_of=as_of, out=folder / "out", only=("decisions",))
    found: dict[oracle.Unit, Answer] = {}
    for row in read_decisions(folder / "out").to_pylist():
        unit = (row["policy"], row["household_no"], row["person_no"])
        assert unit not in found, f"{unit} is answered twice"
        found[unit] = Answer(
            row["status"],
            row["amount_fen"],
            row["amount_min_fen"],
            row["amount_max_fen"],
            tuple(row["failed"] or ()),
            tuple(row["unknown"] or ()),
            tuple(row["missing"] or ()),
        )
    return found


def differences(expected: Mapping[oracle.Unit, oracle.Decision], got: Mapping[oracle.Unit, Answer]) -> list[str]:
    """Every disagreement on complete rows, in words."""
    lines = [f"{unit}: only one side has it" for unit in expected.keys() ^ got.keys()]
    for unit in expected.keys() & got.keys():
        want, have = expected[unit], got[unit]
        if want.status != have.status:
            lines.append(f"{unit}: oracle {want.status} {want.failed}, bangfu {have}")
        elif want.conditions:  # a person without a household row has no clauses to compare
            if want.failed != have.failed:
                lines.append(f"{unit}: oracle failed {want.failed}, bangfu {have}")
            if want.undecided != have.unknown:
                lines.append(f"{unit}: oracle leaves {want.undecided} open, bangfu {have}")
            if want.status != "unknown" and unit[0] not in NO_AMOUNT and want.amount != have.amount:
                lines.append(f"{unit}: oracle pays {want.amount}, bangfu {have}")
            if have.missing:
                lines.append(f"{unit}: nothing is missing, bangfu {have}")
    return sorted(lines)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_every_status_amount_and_failed_clause_of_a_complete_registry_agrees(seed: int, tmp_path: Path):
    data = reference.registry(seed)
    got = answers(data, tmp_path)
    assert differences(oracle.screen(data, reference.CHANGE), got) == []
    seen = Counter((unit[0], answer.status) for unit, answer in got.items())
    for policy in oracle.HOUSEHOLD_POLICIES + oracle.PERSON_POLICIES:
        assert seen[policy, "eligible"], f"the registry has nobody eligible for {policy}"
        assert seen[policy, "ineligible"], f"the registry has nobody ineligible for {policy}"


def test_the_line_of_the_day_before_a_change_is_the_old_one(tmp_path: Path):
    eve = reference.CHANGE - timedelta(days=1)
    data = reference.registry(11, as_of=eve)
    assert differences(oracle.screen(data, eve), answers(data, tmp_path, eve)) == []
    assert oracle.screen(data, eve) != oracle.screen(data, reference.CHANGE)


def test_rows_in_any_order_give_the_same_answers(tmp_path: Path):
    data = reference.registry(12)
    mixed = oracle.Registry(data.persons[::-1], data.households[1::2] + data.households[::2], data.lines)
    assert answers(data, tmp_path / "sorted") == answers(mixed, tmp_path / "mixed")


def test_a_person_without_a_household_row_is_unknown_and_never_dropped(tmp_path: Path):
    data = reference.registry(13, households=20, orphans=5)
    got = answers(data, tmp_path)
    strays = {(unit[0], unit[2]): a.status for unit, a in got.items() if unit[2] and unit[2] >= 10**9}
    assert strays == {(p, 10**9 + i): "unknown" for p in oracle.PERSON_POLICIES for i in range(5)}


def test_a_household_without_members_is_not_decided_by_its_income(tmp_path: Path):
    home = dict.fromkeys(reference.HOUSEHOLD_COLUMNS, 0) | {"hh_id": 1, "region": 1, "urban": 0}
    other = reference.registry(14, households=1, orphans=0, empty_share=0.0)
    person = {**other.persons[0], "hh_id": 2, "person_id": 1}
    homes = [home | {"residence_months": 60}, {**other.households[0], "hh_id": 2}]
    got = answers(oracle.Registry([person], homes, other.lines), tmp_path)
    assert got["dibao", 1, None].status == "unknown"
    assert got["dibao", 1, None].unknown == ("income",)
    assert got["dibao", 1, None].missing == ()
    assert got["temporary", 1, None].failed == ("need",)


# Blanks ----------------------------------------------------------------------------------------------


def reached(data: oracle.Registry, as_of: date = reference.CHANGE):
    """What the completions of every household reach, and which facts of it are blank."""
    for household, persons in oracle.families(data):
        line = oracle.line_of(data, household, as_of)
        blanks = oracle.blanks_of(household, persons, line)
        choices = {blank: reference.probes(household, persons, line, blank) for blank in blanks}
        for unit, outcome in oracle.complete(household, persons, line, choices).items():
            yield unit, outcome, blanks


def unsound(outcome: oracle.Reached, answer: Answer, blanks: list[oracle.Blank], policy: str) -> list[str]:
    """What the answer claims and some completion contradicts, or what it keeps back."""
    wrong = []
    if answer.status != "unknown" and outcome.statuses != {answer.status}:
        wrong.append("decided, and a completion says otherwise")
    if not set(answer.failed) <= set(outcome.failed):
        wrong.append("a clause is called failed, and holds in a completion")
    decided = {*outcome.conditions, *outcome.exclusions} - set(answer.unknown)
    if decided & set(outcome.undecided):
        wrong.append("a clause is called decided, and goes both ways")
    if policy not in NO_AMOUNT and answer.status != "ineligible":
        amounts = outcome.amounts | ({0} if "ineligible" in outcome.statuses else set())
        if answer.amount is not None:
            if amounts - {answer.amount}:
                wrong.append("the amount is called exact, and a completion pays another")
        elif any(
            (answer.low is not None and paid < answer.low) or (answer.high is not None and paid > answer.high)
            for paid in amounts
        ):
            wrong.append("a completion pays outside the range")
    names = {name for name, _ in blanks}
    if not set(answer.missing) <= names:
        wrong.append("something is called missing that is there")
    matter = outcome.turns if answer.status == "unknown" else outcome.pays
    if answer.status != "ineligible" and not {name for name, _ in matter} <= set(answer.missing):
        wrong.append("a blank that changes the answer by itself is not called missing")
    return wrong


def needless(outcome: oracle.Reached, answer: Answer) -> list[str]:
    """Where a clause of its own facts is called unknown though every completion agrees."""
    own = {*outcome.conditions, *outcome.exclusions} - COVER
    wrong = []
    if own & set(answer.unknown) != own & set(outcome.undecided):
        wrong.append("a clause is unknown needlessly")
    if own & set(answer.failed) != own & set(outcome.failed):
        wrong.append("a clause that always refuses is not called failed")
    return wrong


def report(data: oracle.Registry, got: Mapping[oracle.Unit, Answer]) -> list[str]:
    """Every household and policy where the answer and the completions do not fit."""
    lines = []
    for unit, outcome, blanks in reached(data):
        wrong = unsound(outcome, got[unit], blanks, unit[0]) + needless(outcome, got[unit])
        if unit[0] in ("dibao", "borderline", "tekun") and got[unit].status != outcome.status_by_clauses:
            wrong.append(f"the clauses make it {outcome.status_by_clauses}")
        if wrong:
            lines.append(
                f"{unit} blanks {blanks}: {'; '.join(wrong)}: reached {sorted(outcome.statuses)} "
                f"undecided {outcome.undecided} turns {sorted(outcome.turns, key=str)} "
                f"amounts {sorted(outcome.amounts)[:1]}..{sorted(outcome.amounts)[-1:]}; {got[unit]}"
            )
    return lines


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_what_is_decided_holds_for_every_completion_and_the_rest_is_unknown(seed: int, tmp_path: Path):
    data = reference.blank_out(seed, reference.registry(seed))
    assert report(data, answers(data, tmp_path)) == []


@pytest.mark.parametrize("column", reference.PERSON_COLUMNS + reference.HOUSEHOLD_COLUMNS)
def test_one_blank_column_at_a_time(column: str, tmp_path: Path):
    data = reference.blank_out(31, reference.registry(31, households=120), most=1, columns=(column,))
    got = answers(data, tmp_path)
    assert report(data, got) == []
    if column != "refuses_job":  # it decides only for the few who could work and do not
        assert any(column in answer.missing for answer in got.values())


def test_where_there_is_no_line_the_line_is_what_is_missing(tmp_path: Path):
    data = reference.registry(41, households=150)
    data.lines = [row for row in data.lines if (row["region"], row["urban"]) != (2, 1)]
    got = answers(data, tmp_path)
    assert report(data, got) == []
    assert any(answer.missing == ("line",) for answer in got.values())


def test_every_kind_of_blank_leaves_something_open(tmp_path: Path):
    data = reference.blank_out(51, reference.registry(51), most=3, columns=("wage", "age", "disability"))
    open_ = Counter(unit[0] for unit, answer in answers(data, tmp_path).items() if answer.status == "unknown")
    assert set(open_) == {*oracle.HOUSEHOLD_POLICIES, *oracle.PERSON_POLICIES}
