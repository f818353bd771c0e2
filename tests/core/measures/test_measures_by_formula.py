"""Measures against closed formulas of known distributions, and small tables reckoned anew in exact fractions or with numpy alone."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from bangfu.core.measures.distribution import distribution, gini, lorenz, median, quintile_share_ratio
from bangfu.core.measures.poverty import fgt, line_of, relative_median_gap, sen, watts

NORMAL = NormalDist()
COUNT = 40_000


def quantiles_of(inverse: object) -> np.ndarray:
    """As many incomes as COUNT at the middles of equal shares: the distribution itself, without chance."""
    shares = (np.arange(COUNT) + 0.5) / COUNT
    return np.asarray([inverse(float(p)) for p in shares])  # type: ignore[operator]


@pytest.mark.parametrize(("mean", "spread", "line"), [(8.0, 0.7, 1800.0), (8.0, 0.5, 2500.0)])
def test_a_lognormal_distribution_has_the_measures_of_its_formulas(mean: float, spread: float, line: float) -> None:
    data = distribution(quantiles_of(lambda p: math.exp(mean + spread * NORMAL.inv_cdf(p))))
    below = (math.log(line) - mean) / spread
    whole = math.exp(mean + spread**2 / 2)
    assert fgt(data, line, 0) == pytest.approx(NORMAL.cdf(below), abs=1e-4)
    assert fgt(data, line, 1) == pytest.approx(NORMAL.cdf(below) - whole / line * NORMAL.cdf(below - spread), abs=1e-4)
    second = math.exp(2 * mean + 2 * spread**2) / line**2 * NORMAL.cdf(below - 2 * spread)
    assert fgt(data, line, 2) == pytest.approx(
        NORMAL.cdf(below) - 2 * whole / line * NORMAL.cdf(below - spread) + second, abs=1e-4
    )
    # E[ln(z/y); y < z] = spread (below cdf(below) + pdf(below))
    assert watts(data, line) == pytest.approx(spread * (below * NORMAL.cdf(below) + NORMAL.pdf(below)), abs=1e-4)
    assert gini(data) == pytest.approx(2 * NORMAL.cdf(spread / math.sqrt(2)) - 1, abs=1e-3)
    lowest = NORMAL.cdf(NORMAL.inv_cdf(0.2) - spread)
    highest = 1 - NORMAL.cdf(NORMAL.inv_cdf(0.8) - spread)
    assert quintile_share_ratio(data) == pytest.approx(highest / lowest, rel=2e-3)
    assert lorenz(data, (0.2, 0.8)) == pytest.approx([lowest, 1 - highest], abs=1e-3)


def test_an_exponential_distribution_has_a_gini_of_one_half_and_a_known_headcount() -> None:
    data = distribution(quantiles_of(lambda p: -math.log(1 - p)))
    assert gini(data) == pytest.approx(0.5, abs=1e-3)
    line = line_of(data, share=0.6)
    assert line == pytest.approx(0.6 * math.log(2), abs=1e-4)
    assert fgt(data, line, 0) == pytest.approx(1 - 2**-0.6, abs=1e-4)


def test_a_weighted_gini_equals_the_double_sum_over_all_pairs() -> None:
    rng = np.random.default_rng(11)
    y, w = rng.lognormal(8, 0.9, 300), rng.uniform(0.2, 4, 300)
    pairs = (w[:, None] * w[None, :] * np.abs(y[:, None] - y[None, :])).sum()
    assert gini(distribution(y, w)) == pytest.approx(pairs / (2 * w.sum() * (w * y).sum()), rel=1e-12)


def test_the_handbook_s_country_c_in_exact_fractions() -> None:
    incomes, line = [Fraction(n) for n in (100, 110, 150, 160)], Fraction(125)
    gaps = [max(Fraction(0), (line - y) / line) for y in incomes]
    data = distribution([float(y) for y in incomes])
    assert [sum(g**a for g in gaps if g) / 4 for a in (0, 1, 2)] == [
        Fraction(1, 2),
        Fraction(2, 25),
        Fraction(17, 1250),
    ]
    for alpha in (0, 1, 2):
        assert fgt(data, 125, alpha) == pytest.approx(float(sum(g**alpha for g in gaps if g) / 4), abs=1e-15)
    poor = [y for y in incomes if y < line]
    mean = sum(poor) / 2
    within = sum(abs(a - b) for a in poor for b in poor) / (2 * 4 * mean)
    assert sen(data, 125) == pytest.approx(float(Fraction(1, 2) * (1 - (1 - within) * mean / line)))
    assert relative_median_gap(data, 125) == pytest.approx(float((line - mean) / line))
    assert median(data) == 130


def test_four_persons_in_four_dimensions_reckoned_anew_in_fractions(tmp_path: Path) -> None:
    from bangfu.core.measures.mpi_table import mpi_file
    from tests.core.measures.test_multidimensional import EXAMPLE, PEOPLE, written

    found = mpi_file(*written(tmp_path, EXAMPLE, PEOPLE))
    cutoffs = (Fraction(13), Fraction(12), Fraction(3), Fraction(1))
    rows = [line.split(",")[:4] for line in PEOPLE.split()[1:]]
    matrix = [[Fraction(a), Fraction(b), Fraction(c), Fraction(d == "yes")] for a, b, c, d in rows]
    gaps = [[max(Fraction(0), (z - x) / z) for x, z in zip(row, cutoffs, strict=True)] for row in matrix]
    counts = [sum(g > 0 for g in row) for row in gaps]
    poor = [row for row, count in zip(gaps, counts, strict=True) if count >= 2]
    assert counts == [0, 2, 4, 1]
    assert found["H"] == float(Fraction(len(poor), 4))
    assert found["A"] == float(Fraction(sum(sum(g > 0 for g in row) for row in poor), 4 * len(poor)))
    for key, alpha in (("M0", 0), ("M1", 1), ("M2", 2)):
        exact = Fraction(sum(g**alpha for row in poor for g in row if g > 0), 16)
        assert found[key] == pytest.approx(float(exact), abs=1e-12), key
