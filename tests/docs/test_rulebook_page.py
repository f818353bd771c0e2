"""docs/rulebook.md names every key, type and function of a rulebook, and no other."""

from __future__ import annotations

import re

import pytest

from bangfu.core.rulebook import (
    lexer,
    loader,
    parser,
    procedure_model,
    reading_calendar,
    reading_campaigns,
    reading_cases,
    reading_facts,
    reading_findings,
    reading_parameters,
    reading_policies,
    reading_procedure_parts,
    reading_procedures,
    reading_values,
    reading_visits,
    visit_model,
    yaml_source,
)
from bangfu.core.screening import cases

from .conftest import DOCS, tables

TEXT = (DOCS / "rulebook.md").read_text(encoding="utf-8")
SECTIONS = {part.split("\n", 1)[0]: part for part in TEXT.split("\n## ")[1:]}
KEYS = {
    "rulebook.yml": loader.HEAD_KEYS,
    "Tables": reading_facts.TABLE_KEYS,
    "Facts": reading_facts.FACT_KEYS,
    "Code lists": ("id", "values", "label", "source", "enabled"),
    "Parameters": reading_parameters.PARAMETER_KEYS,
    "Policies": reading_policies.POLICY_KEYS,
    "Alerts": reading_findings.ALERT_KEYS,
    "Checks": reading_findings.CHECK_KEYS,
    "Indicators": reading_findings.INDICATOR_KEYS,
    "Procedures": reading_procedures.PROCEDURE_KEYS,
    "Steps": reading_procedures.STEP_KEYS,
    "Outcomes": reading_procedures.OUTCOME_KEYS,
    "Things": reading_procedure_parts.THING_KEYS,
    "Pauses": reading_procedure_parts.PAUSE_KEYS,
    "Visits": reading_visits.FORM_KEYS,
    "Items": reading_visits.ITEM_KEYS,
    "Campaigns": reading_campaigns.TEMPLATE_KEYS,
    "Calendar": reading_calendar.YEAR_KEYS,
    "Cases": reading_cases.CASE_KEYS,
}
FUNCTIONS = {*parser.SCALARS, *parser.AGGREGATES, *parser.RESULTS}


def documented(section: str, first: str) -> list[str]:
    """The first column of the table of a section whose header begins so."""
    (rows,) = [rows for header, rows in tables(SECTIONS[section]) if header[0] == first]
    return [cell.strip("`") for cell, *_ in rows]


@pytest.mark.parametrize("section", KEYS)
def test_the_page_has_every_key_that_loads_and_no_other(section: str) -> None:
    assert sorted(documented(section, "key")) == sorted(KEYS[section])


def test_the_page_has_every_type_of_a_fact() -> None:
    assert sorted(documented("Facts", "type")) == sorted(reading_values.KINDS)


def test_the_page_has_every_key_of_an_expectation() -> None:
    assert sorted(documented("Cases", "expectation")) == sorted(cases.KEYS)


def test_the_page_has_every_function_and_no_other() -> None:
    assert sorted(documented("Expressions", "function")) == sorted(FUNCTIONS)


def test_a_call_on_the_page_is_of_a_function_that_parses() -> None:
    spans = re.findall(r"`([^`\n]+)`", SECTIONS["Expressions"])
    called = {name for span in spans for name in re.findall(r"([a-z_]+)\((?!…)", span)} - {"in"}
    assert called <= FUNCTIONS
    assert called >= {"count", "sum", "eligible", "amount"}


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("Policies", (*reading_policies.ROUNDINGS, *reading_policies.PERS)),
        ("Alerts", reading_findings.CHANNELS),
        ("Indicators", tuple(reading_findings.UNITS)),
        ("Cases", cases.EVENTS),
        ("Tables", tuple(name for rows in reading_facts.BUILT_IN.values() for name, *_ in rows)),
        ("Tables", reading_facts.AREA_FACTS),
        ("Procedures", tuple(procedure_model.NEEDS)),
        ("Steps", tuple(procedure_model.ROLES)),
        ("Outcomes", procedure_model.DECISIONS),
        ("Things", procedure_model.THING_KINDS),
        ("Items", (*visit_model.ANSWERS, *visit_model.SUBJECTS, *visit_model.SEVERITIES, visit_model.UNCLEAR)),
    ],
)
def test_the_page_lists_the_words_that_a_key_takes(section: str, words: tuple[str, ...]) -> None:
    assert [word for word in words if f"`{word}`" not in SECTIONS[section]] == []


def test_the_limits_on_the_page_are_those_of_the_code() -> None:
    for number in (lexer.MAX_LENGTH, parser.MAX_NODES, parser.MAX_DEPTH, parser.MAX_CHAIN, lexer.MAX_DIGITS):
        assert f"{number:,} " in SECTIONS["Expressions"]
    assert f"{yaml_source.MAX_ALL_NODES:,} values" in SECTIONS["Expressions"]


@pytest.mark.parametrize("expression", sorted(set(re.findall(r"`(case when [^`…]+|[a-z_]+\([^`…]*\))`", TEXT))))
def test_an_example_on_the_page_parses(expression: str) -> None:
    assert parser.parse(expression) is not None
