"""The report has words for whatever a cross-check finds."""

from __future__ import annotations

import pytest

from bangfu.core.matching.crosscheck.catalogue import catalogue
from bangfu.core.matching.report.catalogue import HOUSEHOLD_FACTS, MONEY, PERSON_FACTS, TABLES


@pytest.mark.parametrize(("entity", "words"), [("household", HOUSEHOLD_FACTS), ("person", PERSON_FACTS)])
def test_every_fact_of_a_cross_check_has_a_title_and_the_kind_it_is_of(entity: str, words: dict[str, object]) -> None:
    facts = {fact.name: fact for fact in catalogue().of(entity)}
    assert set(facts) == set(words)
    assert {name for name, fact in facts.items() if fact.type == "money"} == MONEY & set(words)


def test_the_report_knows_every_bureau_table() -> None:
    assert set(catalogue().tables) <= set(TABLES)
