"""The reference rules as an OpenFisca tax-benefit system, vectorised, from Parquet to statuses and amounts.

OpenFisca stores whole numbers in 32 bits and knows no blank: a missing input becomes 0. The data of the
bench stay below what would overflow. Money in fen, one month.
"""

from __future__ import annotations

import argparse
import json
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from openfisca_core.entities import Entity, GroupEntity
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

PERSON_INPUTS = (
    "age", "wage", "pension", "transfer", "business", "disability", "employed", "refuses_job",
    "student_stage", "medical_expense", "insurance_paid", "no_supporter", "selfcare", "in_institution",
)  # fmt: skip
HOUSEHOLD_INPUTS = (
    "car_count", "car_value", "property_count", "fin_assets", "business_capital", "luxury",
    "residence_months", "rent",
)  # fmt: skip
FLAGS = {"employed", "refuses_job", "no_supporter", "in_institution"}
PERSON_OUTPUTS = ("tekun", "tekun_amount", "medical", "medical_amount", "education", "education_amount")
HOUSEHOLD_OUTPUTS = (
    "dibao", "dibao_amount", "borderline", "temporary", "temporary_amount", "housing", "housing_amount",
)  # fmt: skip
PARAMETERS = {
    "asset_months": 24, "vehicle_value_cap": 3_000_000, "business_capital_cap": 10_000_000,
    "luxury_months": 6, "residence_months": 6, "medical_tekun_cap": 12_000_000,
    "medical_dibao_cap": 8_000_000, "medical_borderline_cap": 5_000_000, "stage_primary": 80_000,
    "stage_junior": 100_000, "stage_senior": 150_000, "stage_tertiary": 300_000, "temporary_months": 6,
}  # fmt: skip

Person = Entity("person", "persons", "a person", "")
Household = GroupEntity("household", "households", "a household", "", roles=[{"key": "member", "plural": "members"}])


class severe(Variable):
    value_type = bool
    entity = Person
    definition_period = DateUnit.MONTH

    def formula(person, period):
        grade = person("disability", period)
        return (grade == 1) | (grade == 2)


class counted_income(Variable):
    value_type = int
    entity = Person
    definition_period = DateUnit.MONTH

    def formula(person, period):
        wage = person("wage", period)
        disregard = np.where(person("employed", period), wage * 2 // 10, 0)
        others = person("pension", period) + person("transfer", period) + person("business", period)
        return wage - disregard + others


class oop(Variable):
    value_type = int
    entity = Person
    definition_period = DateUnit.MONTH

    def formula(person, period):
        return np.maximum(person("medical_expense", period) - person("insurance_paid", period), 0)


class n(Variable):
    value_type = int
    entity = Household
    definition_period = DateUnit.MONTH

    def formula(household, _period):
        return household.nb_persons()


class income(Variable):
    value_type = int
    entity = Household
    definition_period = DateUnit.MONTH

    def formula(household, period):
        return household.sum(household.members("counted_income", period))


class pc(Variable):
    value_type = int
    entity = Household
    definition_period = DateUnit.MONTH

    def formula(household, period):
        return household("income", period) // household("n", period)


class top_up(Variable):
    value_type = int
    entity = Household
    definition_period = DateUnit.MONTH

    def formula(household, period):
        age, grave = household.members("age", period), household.members("severe", period)
        line = household("line", period)
        return (
            household.sum(grave) * (line * 30 // 100)
            + household.sum(~grave & (age >= 70)) * (line * 20 // 100)
            + household.sum(~grave & (age < 18)) * (line * 10 // 100)
        )


class assets_ok(Variable):
    value_type = bool
    entity = Household
    definition_period = DateUnit.MONTH

    def formula(household, period, parameters):
        cap = parameters(period).asset_months * household("line", period) * household("n", period)
        return household("fin_assets", period) <= cap


class refused(Variable):
    value_type = bool
    entity = Household
    definition_period = DateUnit.MONTH

    def formula(household, period, parameters):
        p = parameters(period)
        age, members = household.members("age", period), household.members
        refuses = (
            (age >= 18)
            & (age <= 59)
            & ~members("severe", period)
            & ~members("employed", period)
            & members("refuses_job", period)
        )
        return (
            ~household("assets_ok", period)
            | ((household("car_count", period) >= 1) & (household("car_value", period) > p.vehicle_value_cap))
            | (household("property_count", period) > 1)
            | (household("business_capital", period) > p.business_capital_cap)
            | (household("luxury", period) > p.luxury_months * household("line", period))
            | household.any(refuses)
            | (household("residence_months", period) < p.residence_months)
        )


class dibao(Variable):
    value_type = bool
    entity = Household
    definition_period = DateUnit.MONTH

    def formula(household, period):
        return (household("pc", period) < household("line", period)) & ~household("refused", period)


class dibao_amount(Variable):
    value_type = int
    entity = Household
    definition_period = DateUnit.MONTH

    def formula(household, period):
        amount = household("line", period) * household("n", period) - household("income", period)
        return np.where(household("dibao", period), amount + household("top_up", period), 0)


class borderline(Variable):
    value_type = bool
    entity = Household
    definition_period = DateUnit.MONTH

    def formula(household, period):
        per_member, line = household("pc", period), household("line", period)
        return (per_member >= line) & (per_member * 2 < line * 3) & ~household("refused", period)


class tekun(Variable):
    value_type = bool
    entity = Person
    definition_period = DateUnit.MONTH

    def formula(person, period):
        age = person("age", period)
        home = person.household
        return (
            person("no_supporter", period)
            & ((age >= 60) | (age < 16) | person("severe", period))
            & (person("counted_income", period) * 10 < home("line", period) * 13)
            & home("assets_ok", period)
            & (home("property_count", period) <= 1)
        )


class tekun_amount(Variable):
    value_type = int
    entity = Person
    definition_period = DateUnit.MONTH

    def formula(person, period):
        line = person.household("line", period)
        amount = (
            line * 13 // 10
            + person("selfcare", period) * (line * 2 // 10)
            + np.where(person("in_institution", period), line // 10, 0)
        )
        return np.where(person("tekun", period), amount, 0)


class medical(Variable):
    value_type = bool
    entity = Person
    definition_period = DateUnit.MONTH

    def formula(person, period):
        home = person.household
        return person("tekun", period) | home("dibao", period) | home("borderline", period)


class medical_amount(Variable):
    value_type = int
    entity = Person
    definition_period = DateUnit.MONTH

    def formula(person, period, parameters):
        p = parameters(period)
        own, home = person("oop", period), person.household
        above = np.maximum(own - home("pc", period) * 12 // 10, 0)
        return np.select(
            [person("tekun", period), home("dibao", period), home("borderline", period)],
            [
                np.minimum(own, p.medical_tekun_cap),
                np.minimum(own * 70 // 100, p.medical_dibao_cap),
                np.minimum(above * 60 // 100, p.medical_borderline_cap),
            ],
            0,
        )


class education(Variable):
    value_type = bool
    entity = Person
    definition_period = DateUnit.MONTH

    def formula(person, period):
        covered = person("tekun", period) | person.household("dibao", period)
        return (person("student_stage", period) > 0) & covered


class education_amount(Variable):
    value_type = int
    entity = Person
    definition_period = DateUnit.MONTH

    def formula(person, period, parameters):
        p = parameters(period)
        amounts = np.array([0, p.stage_primary, p.stage_junior, p.stage_senior, p.stage_tertiary], dtype=np.int32)
        return np.where(person("education", period), amounts[person("student_stage", period)], 0)


class need(Variable):
    value_type = int
    entity = Household
    definition_period = DateUnit.MONTH

    def formula(household, period):
        members = household.members
        return household.sum(members("oop", period) - members("medical_amount", period))


class temporary(Variable):
    value_type = bool
    entity = Household
    definition_period = DateUnit.MONTH

    def formula(household, period, parameters):
        line = household("line", period)
        return (
            (household("pc", period) < 2 * line)
            & (household("need", period) > parameters(period).temporary_months * line)
            & ~household("refused", period)
        )


class temporary_amount(Variable):
    value_type = int
    entity = Household
    definition_period = DateUnit.MONTH

    def formula(household, period, parameters):
        six = parameters(period).temporary_months * household("line", period)
        amount = np.minimum(household("need", period) - six, six)
        return np.where(household("temporary", period), amount, 0)


class housing(Variable):
    value_type = bool
    entity = Household
    definition_period = DateUnit.MONTH

    def formula(household, period):
        covered = household("dibao", period) | household("borderline", period)
        return covered & (household("property_count", period) == 0)


class housing_amount(Variable):
    value_type = int
    entity = Household
    definition_period = DateUnit.MONTH

    def formula(household, period):
        cap = household("line", period) * household("n", period) * 30 // 100
        return np.where(household("housing", period), np.minimum(household("rent", period), cap), 0)


FORMULAS = (
    severe, counted_income, oop, n, income, pc, top_up, assets_ok, refused, dibao, dibao_amount,
    borderline, tekun, tekun_amount, medical, medical_amount, education, education_amount, need,
    temporary, temporary_amount, housing, housing_amount,
)  # fmt: skip


def system() -> TaxBenefitSystem:
    """The country package: entities, inputs, formulas, dated parameters."""
    rules = TaxBenefitSystem([Person, Household])
    for entity, names in ((Person, PERSON_INPUTS), (Household, (*HOUSEHOLD_INPUTS, "line"))):
        for name in names:
            kind = bool if name in FLAGS else int
            rules.add_variable(
                type(
                    name,
                    (Variable,),
                    {"value_type": kind, "entity": entity, "definition_period": DateUnit.MONTH},
                )
            )
    for formula in FORMULAS:
        rules.add_variable(formula)
    dated = {name: {"values": {"2020-01-01": {"value": value}}} for name, value in PARAMETERS.items()}
    rules.parameters = ParameterNode("", data=dated)
    return rules


def read(path: Path, columns: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Columns of a Parquet file as arrays; a blank becomes 0, as OpenFisca has it."""
    table = pq.read_table(path, columns=list(columns))
    found = {}
    for name in columns:
        column = table.column(name)
        if column.null_count:
            column = column.fill_null(0)
        found[name] = column.to_numpy()
    return found


def lines_of(data: Path, as_of: str, region: np.ndarray, urban: np.ndarray) -> np.ndarray:
    """Each household's standard at the date, by a small table over region and kind."""
    rows = pq.read_table(data / "lines.parquet").to_pylist()
    current = [r for r in rows if str(r["valid_from"]) <= as_of < str(r["valid_to"])]
    lowest = min(r["region"] for r in current)
    table = np.zeros((max(r["region"] for r in current) - lowest + 1, 2), dtype=np.int32)
    for row in current:
        table[row["region"] - lowest, row["urban"]] = row["line"]
    return table[region - lowest, urban]


def simulate(rules: TaxBenefitSystem, data: Path, as_of: str) -> dict[str, np.ndarray]:
    """Read the tables, compute every status and amount; keys are included."""
    people = read(data / "persons.parquet", ("person_id", "hh_id", *PERSON_INPUTS))
    homes = read(data / "households.parquet", ("hh_id", "region", "urban", *HOUSEHOLD_INPUTS))
    month = as_of[:7]
    builder = SimulationBuilder()
    builder.create_entities(rules)
    builder.declare_person_entity("person", people["person_id"])
    group = builder.declare_entity("household", homes["hh_id"])
    ids = homes["hh_id"]
    if np.all(ids[1:] > ids[:-1]):
        group.members_entity_id = np.searchsorted(ids, people["hh_id"])
    else:
        order = np.argsort(ids)
        group.members_entity_id = order[np.searchsorted(ids, people["hh_id"], sorter=order)]
    simulation = builder.build(rules)
    simulation.set_input("line", month, lines_of(data, as_of, homes["region"], homes["urban"]))
    for rows, names in ((people, PERSON_INPUTS), (homes, HOUSEHOLD_INPUTS)):
        for name in names:
            simulation.set_input(name, month, rows[name])
    found = {name: simulation.calculate(name, month) for name in (*PERSON_OUTPUTS, *HOUSEHOLD_OUTPUTS)}
    return {"person_id": people["person_id"], "person_household": people["hh_id"], "hh_id": ids, **found}


def totals(found: dict[str, np.ndarray]) -> dict[str, int]:
    """Counts and sums of every policy."""
    return {name: int(found[name].sum(dtype=np.int64)) for name in (*HOUSEHOLD_OUTPUTS, *PERSON_OUTPUTS)}


def write(found: dict[str, np.ndarray], out: Path) -> None:
    """Every unit's statuses and amounts as Parquet."""
    import pyarrow as pa

    out.mkdir(parents=True, exist_ok=True)
    persons = {"person_id": found["person_id"], "hh_id": found["person_household"]}
    pq.write_table(pa.table(persons | {c: found[c] for c in PERSON_OUTPUTS}), out / "persons.parquet")
    homes = {"hh_id": found["hh_id"]} | {c: found[c] for c in HOUSEHOLD_OUTPUTS}
    pq.write_table(pa.table(homes), out / "households.parquet")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--as-of", required=True)
    parser.add_argument("--results", type=Path)
    parser.add_argument("--warm", type=int, default=0, help="repeat so often and print the best time")
    given = parser.parse_args()
    rules = system()
    found = simulate(rules, given.data, given.as_of)
    summed = totals(found)
    if given.results:
        write(found, given.results)
        return
    warm = []
    for _ in range(given.warm):
        start = time.perf_counter()
        totals(simulate(rules, given.data, given.as_of))
        warm.append(time.perf_counter() - start)
    release = f"OpenFisca-core {version('openfisca-core')}, numpy {np.__version__}"
    print(json.dumps({"totals": summed, "warm": min(warm, default=None), "version": release}))


if __name__ == "__main__":
    main()
