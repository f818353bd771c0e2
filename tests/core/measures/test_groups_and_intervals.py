"""Groups add up to the whole, samples repeat, and help is judged against who is poor."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bangfu.core.measures.distribution import MeasureError
from bangfu.core.measures.summary import Line, measure
from bangfu.core.measures.targeting import neutral_ratio, targeting

INCOMES = np.array([50.0, 80, 120, 90, 200, 300, 60, 400])
AREAS = ["b", "a", "a", "b", None, "a", "b", "b"]


def test_groups_are_measured_at_the_line_of_the_whole_and_rows_without_a_group_come_last() -> None:
    found = measure(INCOMES, groups=AREAS)
    assert [group["group"] for group in found["groups"]] == ["a", "b", None]
    assert {group["poverty_line"] for group in found["groups"]} == {found["poverty_line"]}
    assert found["poverty_line"] == pytest.approx(0.6 * 105)


def test_without_line_or_share_the_line_is_six_tenths_of_the_median_and_both_are_told() -> None:
    assert measure(INCOMES)["line_share"] == 0.6
    given_line = measure(INCOMES, line=Line(100.0))
    assert (given_line["poverty_line"], given_line["line_share"]) == (100.0, None)
    assert measure(INCOMES, line=Line(None, 0.5))["poverty_line"] == 52.5


@given(st.lists(st.tuples(st.integers(1, 99), st.integers(1, 3), st.sampled_from("xyz")), min_size=1, max_size=12))
def test_shares_and_contributions_add_up_and_groups_average_to_the_whole(rows: list[tuple[int, int, str]]) -> None:
    incomes, weights, groups = (list(column) for column in zip(*rows, strict=True))
    found = measure(np.array(incomes, float), np.array(weights, float), groups, line=Line(50.0))
    parts = found["groups"]
    assert sum(part["population_share"] for part in parts) == pytest.approx(1)
    for key in ("headcount_ratio", "fgt1", "fgt2"):
        assert sum(part["population_share"] * part[key] for part in parts) == pytest.approx(found[key])
        if found[key]:
            assert sum(part[f"contribution_{key}"] for part in parts) == pytest.approx(1)
        else:
            assert [part[f"contribution_{key}"] for part in parts] == [None] * len(parts)


def test_a_group_whose_rows_all_weigh_nothing_is_nobody() -> None:
    found = measure(INCOMES[:3], np.array([1.0, 1, 0]), ["a", "a", "b"], line=Line(100.0))
    assert [group["group"] for group in found["groups"]] == ["a"]


def test_the_same_seed_gives_the_same_intervals_and_another_seed_others() -> None:
    rng = np.random.default_rng(5)
    incomes = rng.lognormal(8, 0.6, 400)
    one, again, other = (measure(incomes, replicates=60, seed=seed)["confidence"] for seed in (1, 1, 2))
    assert one == again
    assert one["intervals"]["gini"] != other["intervals"]["gini"]
    assert (one["level"], one["replicates"], one["seed"], one["clustered"]) == (0.95, 60, 1, False)


def test_an_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """Sixty samples of a lognormal population, whose share below half its median is known."""
    truth = 0.2441  # Phi(ln 0.5), sigma 1
    rng = np.random.default_rng(11)
    held = 0
    for _ in range(60):
        low, high = measure(rng.lognormal(0, 1, 250), line=Line(0.5), replicates=80)["confidence"]["intervals"][
            "headcount_ratio"
        ]
        held += low <= truth <= high
    assert 50 <= held <= 60


def test_persons_of_a_household_drawn_together_give_the_wider_interval() -> None:
    rng = np.random.default_rng(3)
    homes = np.repeat(np.arange(100), 4)
    incomes = np.repeat(rng.lognormal(8, 0.8, 100), 4)
    apart = measure(incomes, replicates=100)["confidence"]["intervals"]["gini"]
    together = measure(incomes, replicates=100, clusters=homes.tolist())["confidence"]
    assert together["clustered"] is True
    low, high = together["intervals"]["gini"]
    assert high - low > 1.5 * (apart[1] - apart[0])


def test_a_measure_that_some_sample_lacks_has_no_interval_and_one_sample_is_refused() -> None:
    found = measure(np.array([0.0, 50, 200, 300]), line=Line(100.0), replicates=30)
    assert found["confidence"]["intervals"]["watts"] is None
    with pytest.raises(MeasureError, match="重抽样至少2次"):
        measure(INCOMES, replicates=1)


def test_errors_of_exclusion_and_inclusion_and_the_targeting_differential() -> None:
    entitled = [True, True, True, True, False, False, False, False, False, False]
    receives = [True, True, True, False, True, False, False, False, False, False]
    found = targeting(entitled, receives)
    assert found.exclusion_error == 0.25
    assert found.inclusion_error == 0.25
    assert found.targeting_differential == pytest.approx(3 / 4 - 1 / 6)
    weighted = targeting([True, True, False], [True, False, True], [3, 1, 2])
    assert (weighted.exclusion_error, weighted.inclusion_error) == (0.25, 0.4)


def test_perfect_targeting_is_one_and_a_ratio_over_nobody_is_not_defined() -> None:
    assert targeting([True, False], [True, False]).targeting_differential == 1
    nobody = targeting([False, False], [False, False])
    assert (nobody.coverage, nobody.exclusion_error, nobody.inclusion_error) == (None, None, None)
    with pytest.raises(MeasureError, match="differ in length"):
        targeting([True], [True, False])


def test_the_neutral_ratio_is_one_for_a_lump_sum_and_the_order_of_equal_incomes_does_not_matter() -> None:
    assert neutral_ratio([1, 2, 3, 4, 5], [7] * 5, 0.4) == pytest.approx(1)
    assert neutral_ratio([1, 2, 3, 4, 5], [10, 10, 0, 0, 0], 0.4) == pytest.approx(2.5)
    assert neutral_ratio([5, 5], [1, 0], 0.5) == neutral_ratio([5, 5], [0, 1], 0.5) == pytest.approx(1)
    assert neutral_ratio([1, 2], [0, 0], 0.5) is None
    with pytest.raises(MeasureError, match="份额应在0与1之间：1"):
        neutral_ratio([1], [1], 1)
