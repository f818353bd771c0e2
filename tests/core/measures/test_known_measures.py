"""Measures equal values that can be reckoned by hand, and a second implementation."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bangfu.core.measures.distribution import (
    MeasureError,
    distribution,
    gini,
    lorenz,
    median,
    quantile,
    quintile_share_ratio,
    quintile_share_ratio_split,
)
from bangfu.core.measures.poverty import (
    fgt,
    line_of,
    relative_median_gap,
    sen,
    sen_shorrocks_thon,
    watts,
    watts_positive,
)
from tests.core.support import measures_oracle as oracle

LINE = 125.0
COUNTRY_C = (100, 110, 150, 160)
"""Haughton and Khandker, Handbook on Poverty and Inequality (World Bank 2009), chapter 4."""

ROWS = st.lists(st.tuples(st.integers(1, 60), st.integers(1, 4)), min_size=1, max_size=9)


def test_incomes_that_are_missing_or_infinite_are_refused_not_counted_as_nothing() -> None:
    for bad in (float("nan"), float("inf")):
        with pytest.raises(MeasureError, match="收入或权数缺失，须先剔除并计数 / a missing income or weight"):
            distribution([100, bad])


def test_a_weight_below_zero_and_a_table_of_nobody_are_refused() -> None:
    with pytest.raises(MeasureError, match="权数不能小于0 / a weight below 0 stands for nobody"):
        distribution([100, 200], [1, -1])
    for incomes, weights in (([], []), ([100], [0])):
        with pytest.raises(MeasureError, match="没有一行有收入和大于0的权数"):
            distribution(incomes, weights)
    with pytest.raises(MeasureError, match="2 个收入对 1 个权数 / 2 incomes, 1 weights"):
        distribution([1, 2], [1])


def test_a_line_that_is_not_above_zero_is_refused_and_told_what_to_give() -> None:
    with pytest.raises(MeasureError) as told:
        line_of(distribution([0, 0, 5]), share=0.6)
    assert str(told.value) == (
        "贫困线为 0，应大于0 / the poverty line is 0; it must be above 0；"
        "收入中位数不大于0，请用 --line 给出 / the median is not above 0: give --line"
    )
    with pytest.raises(MeasureError, match=r"^贫困线为 -3，应大于0 / the poverty line is -3; it must be above 0$"):
        line_of(distribution([1]), line=-3)


def test_headcount_gap_and_squared_gap_of_the_handbooks_country_c() -> None:
    data = distribution(COUNTRY_C)
    assert fgt(data, LINE, 0) == 0.5
    assert fgt(data, LINE, 1) == pytest.approx(0.08)  # = 0.32/4
    assert fgt(data, LINE, 2) == pytest.approx(0.0136)  # = 0.0544/4
    assert watts(data, LINE) == pytest.approx((math.log(1.25) + math.log(125 / 110)) / 4)


def test_who_has_exactly_the_line_is_not_poor() -> None:
    data = distribution([100, 125, 125.01])
    assert fgt(data, 125, 0) == pytest.approx(1 / 3)
    assert fgt(data, 125.005, 0) == pytest.approx(2 / 3)


def test_where_nobody_is_poor_the_measures_are_zero_and_the_gap_of_the_poor_is_not_defined() -> None:
    data = distribution([200, 300])
    assert [fgt(data, LINE, a) for a in (0, 1, 2)] == [0, 0, 0]
    assert (watts(data, LINE), sen(data, LINE), sen_shorrocks_thon(data, LINE)) == (0, 0, 0)
    assert relative_median_gap(data, LINE) is None


def test_watts_is_not_defined_where_a_poor_person_has_nothing_and_says_who_was_left_out_otherwise() -> None:
    data = distribution([-5, 0, 100, 200])
    assert watts(data, LINE) is None
    assert watts_positive(data, LINE) == pytest.approx(math.log(1.25) / 2)
    assert watts(distribution([0, 0]), LINE) is None
    assert watts_positive(distribution([0, 0]), LINE) is None
    assert fgt(distribution([-125, 250]), LINE, 1) == 1.0  # a debt is a gap above 1


def test_where_the_poor_have_nothing_the_sen_index_is_the_headcount() -> None:
    assert sen(distribution([0, 0, 200, 300]), LINE) == 0.5


def test_median_and_quantile_follow_eurostat_mean_of_two_only_where_the_weights_reach_the_share_exactly() -> None:
    assert median(distribution([1, 2, 3, 10])) == 2.5
    assert median(distribution([1, 2, 10])) == 2
    assert median(distribution([1, 2, 10], [1, 1, 2])) == 6
    assert median(distribution([1, 2, 10], [1, 1, 2.1])) == 10
    assert median(distribution([10, 1, 2], [0, 1, 1])) == 1.5
    assert quantile(distribution([3] * 7 + [9] * 3), 0.7) == 6
    assert quantile(distribution([1, 2], [0.1 + 0.2, 0.3]), 0.5) == 1.5  # sums of tenths are not exact


def test_s80_s20_of_five_and_of_ten_persons() -> None:
    assert quintile_share_ratio(distribution([10, 20, 30, 40, 50])) == 5
    assert quintile_share_ratio(distribution(range(1, 11))) == pytest.approx(19 / 3)


def test_ties_at_the_borders_of_the_fifths_stay_together_and_the_split_ratio_divides_them() -> None:
    tied = distribution([1, 1, 1, 4, 4, 4, 4, 9, 9, 9])
    # border of the lowest fifth is 1: all three are in it; border of the highest is 9: nobody is above
    assert quintile_share_ratio(tied) == quintile_share_ratio_split(tied) == pytest.approx(18 / 2)
    below = distribution([1, 1, 1, 4, 4, 4, 4, 4, 9, 9])
    assert quintile_share_ratio(below) == pytest.approx(9 / 1)  # mean of two over mean of three
    uneven = distribution([1, 2, 3, 4, 5, 6, 7])  # the lowest group is two of seven, the highest one
    assert quintile_share_ratio(uneven) == pytest.approx(7 / 1.5)
    assert quintile_share_ratio_split(uneven) == pytest.approx((7 + 0.4 * 6) / (1 + 0.4 * 2))
    assert quintile_share_ratio_split(below) == pytest.approx(18 / 2)
    assert quintile_share_ratio(distribution([5, 5, 5])) == pytest.approx(1)
    assert quintile_share_ratio(distribution([0, 0, 5, 6, 7])) is None  # nothing to divide by


def test_gini_of_known_distributions() -> None:
    assert gini(distribution([7, 7, 7])) == 0
    assert gini(distribution([0, 0, 0, 1])) == pytest.approx(0.75)  # (n-1)/n: no correction for small n
    assert gini(distribution([1, 2, 3, 4, 5])) == pytest.approx(4 / 15)
    assert gini(distribution([0, 0])) is None
    assert gini(distribution([-3, 1])) is None


def test_gini_of_a_uniform_distribution_is_a_third_and_of_a_pareto_one_is_known() -> None:
    count = 20_000
    assert gini(distribution([i + 0.5 for i in range(count)])) == pytest.approx(1 / 3, abs=1e-8)
    pareto = [(1 - (i + 0.5) / count) ** (-1 / 3) for i in range(count)]
    assert gini(distribution(pareto)) == pytest.approx(1 / (2 * 3 - 1), abs=1e-3)


def test_lorenz_curve_lies_between_its_ends() -> None:
    data = distribution([10, 20, 30, 40])
    assert lorenz(data, (0, 0.25, 0.5, 1)) == pytest.approx([0, 0.1, 0.3, 1])
    assert lorenz(data, (0.125,)) == pytest.approx([0.05])
    assert lorenz(distribution([-2, 1]), (0.5,)) is None


@given(ROWS, st.integers(2, 61))
def test_all_measures_equal_the_second_implementation_on_rows_repeated_by_weight(
    rows: list[tuple[int, int]], line: int
) -> None:
    incomes, weights = zip(*rows, strict=True)
    values = oracle.repeated(incomes, weights)
    z = Fraction(line)
    for data in (distribution(incomes, weights), distribution([float(v) for v in values])):
        assert median(data) == oracle.middle(values)
        assert gini(data) == pytest.approx(float(oracle.gini(values)), abs=1e-12)
        for alpha in (0, 1, 2):
            assert fgt(data, line, alpha) == pytest.approx(float(oracle.fgt(values, z, alpha)), abs=1e-12)
        assert watts(data, line) == pytest.approx(oracle.watts(values, z), abs=1e-12)
        assert sen_shorrocks_thon(data, line) == pytest.approx(float(oracle.shorrocks(values, z)), abs=1e-12)
        if any(y < z for y in values):
            assert sen(data, line) == pytest.approx(float(oracle.sen(values, z)), abs=1e-12)
            assert sen(data, line, finite=True) == pytest.approx(float(oracle.sen_by_ranks(values, z)), abs=1e-12)
            poor = oracle.middle([y for y in values if y < z])
            assert relative_median_gap(data, line) == pytest.approx(float((z - poor) / z), abs=1e-12)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=8, unique=True), st.integers(1, 3))
def test_s80_s20_equals_plain_fifths_where_five_divides_the_persons(incomes: list[int], times: int) -> None:
    values = [Fraction(y) + Fraction(i, 1000) for y in incomes for i in range(5 * times)]
    want = float(oracle.fifths(values))
    data = distribution([float(v) for v in values])
    assert quintile_share_ratio(data) == pytest.approx(want)
    assert quintile_share_ratio_split(data) == pytest.approx(want)


@given(ROWS, st.floats(0.01, 100))
def test_the_scale_of_the_weights_and_of_money_changes_no_share(rows: list[tuple[int, int]], factor: float) -> None:
    incomes, weights = zip(*rows, strict=True)
    data = distribution(incomes, weights)
    scaled = distribution([y * factor for y in incomes], [w * factor for w in weights])
    line = line_of(data, share=0.6)
    assert line_of(scaled, share=0.6) == pytest.approx(line * factor)
    assert gini(scaled) == pytest.approx(gini(data), abs=1e-9)
    assert fgt(scaled, line * factor * (1 + 1e-9), 1) == pytest.approx(fgt(data, line, 1), abs=1e-7)


@given(ROWS)
def test_gini_lies_between_nothing_and_everything_and_a_gift_to_the_poorest_lowers_poverty(
    rows: list[tuple[int, int]],
) -> None:
    incomes, weights = zip(*rows, strict=True)
    found = gini(distribution(incomes, weights))
    assert found is not None
    assert 0 <= found < 1
    line = max(incomes) + 1.0
    richer = list(incomes)
    richer[richer.index(min(richer))] += 1
    before, after = distribution(incomes, weights), distribution(richer, weights)
    for measure in (
        lambda d: fgt(d, line, 1),
        lambda d: fgt(d, line, 2),
        lambda d: watts(d, line),
        lambda d: sen(d, line),
    ):
        assert measure(after) < measure(before) + 1e-12
