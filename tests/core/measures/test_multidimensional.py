"""The Alkire-Foster measures: the worked example, weights however written, what is not known, and refusals by name."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bangfu.core.cli import main
from bangfu.core.measures.distribution import MeasureError
from bangfu.core.measures.mpi_spec import read_spec
from bangfu.core.measures.mpi_table import mpi_file
from bangfu.core.measures.mpi_weights import WeightMistake, weigh
from tests.core.support import measures_oracle as oracle

EXAMPLE = """
k: 2
dimensions:
  income:    {weight: 1, indicators: {income: {cutoff: 13, deprived: below}}}
  education: {weight: 1, indicators: {schooling: {column: years, cutoff: 12, deprived: below}}}
  health:    {weight: 1, indicators: {health: {cutoff: 3, deprived: below}}}
  insurance: {weight: 1, indicators: {insurance: {column: insured, deprived: no}}}
"""
PEOPLE = """income,years,health,insured,village
13.1,14,4,yes,east
15.2,7,5,no,east
12.5,10,1,no,west
20,11,3,yes,west
"""
"""Alkire and Foster's example of four persons and four dimensions, with the cutoffs 13, 12, 3 and insured."""


def written(folder: Path, spec: str = EXAMPLE, rows: str = PEOPLE) -> tuple[Path, Path]:
    table, rules = folder / "people.csv", folder / "mpi.yml"
    table.write_text(rows, encoding="utf-8")
    rules.write_text(spec, encoding="utf-8")
    return table, rules


def refused(folder: Path, spec: str) -> str:
    with pytest.raises(MeasureError) as told:
        read_spec(written(folder, spec)[1])
    return str(told.value)


def test_the_worked_example_of_alkire_and_foster(tmp_path: Path) -> None:
    found = mpi_file(*written(tmp_path))
    assert (found["H"], found["A"], found["M0"]) == (0.5, 0.75, 0.375)
    gaps = [5 / 12, 1, 0.5 / 13, 2 / 12, 2 / 3, 1]
    assert found["M1"] == pytest.approx(sum(gaps) / 16)
    assert found["M2"] == pytest.approx(sum(gap**2 for gap in gaps) / 16)
    assert {one["dimension"]: one["contribution"] for one in found["dimensions"]} == {
        "income": pytest.approx(1 / 6),
        "education": pytest.approx(2 / 6),
        "health": pytest.approx(1 / 6),
        "insurance": pytest.approx(2 / 6),
    }
    assert found["ordinal"] == ["insurance"]


def test_groups_tell_their_share_of_the_population_and_of_the_whole(tmp_path: Path) -> None:
    found = mpi_file(*written(tmp_path), by="village")
    assert [(one["group"], one["M0"], one["population_share"]) for one in found["groups"]] == [
        ("east", 0.25, 0.5),
        ("west", 0.5, 0.5),
    ]
    assert [one["contribution"] for one in found["groups"]] == pytest.approx([1 / 3, 2 / 3])


def test_a_weight_is_as_many_persons(tmp_path: Path) -> None:
    rows = PEOPLE.replace("village\n", "village,w\n").replace("east\n", "east,1\n").replace("west\n", "west,3\n")
    found = mpi_file(*written(tmp_path, rows=rows), weight="w")
    assert found["H"] == pytest.approx(4 / 8)
    assert found["M0"] == pytest.approx((0.5 * 1 + 1 * 3) / 8)


def test_a_row_with_an_indicator_not_known_is_left_out_counted_and_bounds_are_given(tmp_path: Path) -> None:
    rows = PEOPLE + "14,,3,yes,west\n9,3,,no,west\n9,3,bad,no,west\n"
    found = mpi_file(*written(tmp_path, rows=rows))
    assert found["H"] == 0.5
    assert found["rows"]["read"] == 7
    assert found["rows"]["measured"] == 4
    assert found["rows"]["with_an_indicator_not_known"] == 3
    assert found["not_known"] == {"income": 0, "schooling": 1, "health": 2, "insurance": 0}
    assert found["not_readable"] == {"health": 1}
    assert found["bounds"]["H"] == [pytest.approx(4 / 7), pytest.approx(4 / 7)]
    assert found["bounds"]["M0"] == [pytest.approx((0.5 + 1 + 0.75 * 2) / 7), pytest.approx((0.5 + 1 + 1 * 2) / 7)]


def test_a_table_without_one_complete_row_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MeasureError, match="没有一行各指标都有数 / no row of 1 has all indicators"):
        mpi_file(*written(tmp_path, rows="income,years,health,insured\n1,,2,no\n"))


WAYS = {
    "thirds": "k: 1/3\ndimensions:\n  a: {weight: 1/3, indicators: {x: {cutoff: 6, weight: 1/6}, y: {weight: 1/6}}}\n"
    "  b: {weight: 1/3, indicators: {z: {deprived: no}}}\n  c: {weight: 1/3, indicators: {u: {}}}\n",
    "within": "k: 0.333\ndimensions:\n  a: {weight: 0.333, indicators: {x: {cutoff: 6, weight: 50%}, y: {weight: 50%}}}\n"
    "  b: {weight: 0.333, indicators: {z: {deprived: no}}}\n  c: {weight: 0.334, indicators: {u: {}}}\n",
    "none": "k: 1/3\ndimensions:\n  a: {indicators: {x: {cutoff: 6}, y: {}}}\n  b: {indicators: {z: {deprived: no}}}\n"
    "  c: {indicators: {u: {}}}\n",
    "lists": "poverty_cutoff: 1/3\ndimensions:\n- id: a\n  weight: 1/3\n  indicators:\n  - {id: x, threshold: 6, direction: lt}\n"
    "  - {id: y}\n- name: b\n  weight: 1/3\n  indicators: [{name: z, deprived: no}]\n"
    "- {id: c, weight: 1/3, indicators: [{id: u}]}\n",
    "flat": "k: 1/3\nindicators:\n  x: {dimension: a, cutoff: 6, weight: 1/6}\n  y: {dimension: a, weight: 1/6}\n"
    "  z: {dimension: b, deprived: no, weight: 1/3}\n  u: {dimension: c, weight: 1/3}\n",
    "apart": "k: 1/3\ndimensions: {a: [x: {}, y], b: [z], c: [u]}\nweights: {a: 1/3, b: 1/3, c: 1/3}\n"
    "cutoffs: {x: 6, z: {deprived: no}}\n",
    "both": "k: 1/3\ndimensions: {a: {weight: 1/3}, b: {weight: 1/3}, c: {weight: 1/3}}\nindicators:\n"
    "- {id: x, dimension: a, cutoff: 6, op: '<'}\n- {id: y, dimension: a}\n- {id: z, dimension: b, deprived: no}\n"
    "- {id: u, dimension: c, deprived_value: 1}\n",
    "percents": "k: 33.4\ndimensions:\n  a: {weight: 33.3, indicators: {x: {deprived: < 6}, y: {}}}\n"
    "  b: {weight: 33.3, indicators: {z: {deprived: no}}}\n  c: {weight: 33.4, indicators: {u: {}}}\n",
}


@pytest.mark.parametrize("way", WAYS)
def test_weights_written_in_several_ways_mean_the_same(tmp_path: Path, way: str) -> None:
    spec = read_spec(written(tmp_path, WAYS[way])[1])
    assert [(rule.name, rule.dimension) for rule in spec.rules] == [("x", "a"), ("y", "a"), ("z", "b"), ("u", "c")]
    assert [float(rule.weight) for rule in spec.rules] == pytest.approx([1 / 6, 1 / 6, 1 / 3, 1 / 3], abs=0.002)
    assert sum(rule.weight for rule in spec.rules) == 1
    assert float(spec.k) == pytest.approx(1 / 3, abs=0.002)
    assert [rule.test for rule in spec.rules] == ["<", "yes", "no", "yes"]


def test_thirds_reach_a_third_also_where_they_are_decimals(tmp_path: Path) -> None:
    spec = "k: 1/3\ndimensions:\n" + "".join(
        f"  {d}: {{weight: 0.3333, indicators: {{{d}: {{}}}}}}\n" for d in ("a", "b", "c")
    )
    found = mpi_file(*written(tmp_path, spec, "a,b,c\n1,0,0\n0,0,0\n"))
    assert (found["H"], found["notes"]) == (
        0.5,
        [{"zh": "权重之和 0.9999，已按比例调整", "en": "weights add up to 0.9999; scaled"}],
    )


def test_what_a_cell_may_be_compared_with(tmp_path: Path) -> None:
    spec = """
k: 1/2
indicators:
  crowded: {column: rooms, cutoff: 3, deprived: above}
  water:   {column: source, deprived: [river, well]}
  toilet:  {column: kind, cutoff: none, deprived: equal}
  floor:   {column: ground, cutoff: 2, deprived: at_or_below}
  roof:    {column: top, cutoff: [tile, slate], deprived: not_in}
"""
    rows = "rooms,source,kind,ground,top\n3,tap,Flush,3,tile\n3.5,Well,NONE,2.0,straw\n"
    found = mpi_file(*written(tmp_path, spec, rows))
    assert [one["uncensored_headcount"] for one in found["indicators"]] == [0.5] * 5
    assert (found["H"], found["A"]) == (0.5, 1.0)


def test_a_gap_above_the_cutoff_is_measured_against_the_worst_and_never_passes_one(tmp_path: Path) -> None:
    spec = "k: 1\nindicators: {crowd: {cutoff: 3, deprived: above, worst: 7}, pay: {cutoff: 10}}\n"
    found = mpi_file(*written(tmp_path, spec, "crowd,pay\n4,-5\n9,10\n"))
    assert found["ordinal"] == []
    assert found["H"] == 0.5
    assert found["M1"] == pytest.approx((0.25 + 1) / 2 / 2)


REFUSED = {
    "a sum that is not 1": (
        "k: 1/3\nindicators: {a: {weight: 0.5}, b: {weight: 0.4}}\n",
        "mpi.yml:1:1: 全部权重之和为 0.9，应为1 / all weights add up to 0.9; expected 1",
    ),
    "a dimension that does not add up": (
        "k: 1/3\ndimensions:\n  d: {weight: 1, indicators: {a: {weight: 0.5}, b: {weight: 0.2}}}\n",
        "mpi.yml:3:6: 维度“d”的指标权重之和为 0.7，应为维度权重 1（或1，表示维度内的份额） / "
        "the indicators of d add up to 0.7; expected its weight 1, or 1 within it",
    ),
    "a missing weight": (
        "k: 1/3\ndimensions:\n  d: {weight: 1, indicators: {a: {weight: 0.5}, b: {}}}\n",
        "mpi.yml:3:6: 维度“d”的指标 b 没有 weight：要么都写，要么都不写 / no weight for b: give all in d, or none",
    ),
    "no k": (
        "indicators: {a: {}}\n",
        "mpi.yml:1:1: 缺少 k：写 k: 1/3，即加权剥夺达到三分之一为贫困 / no k; write k: 1/3",
    ),
    "a k beyond all": (
        "k: 1.5\nindicators: {a: {}}\n",
        "mpi.yml:1:1: k 为 1.5，应大于0、不大于 1 / k is 1.5; above 0, at most 1",
    ),
    "counts with a share": (
        "k: 0.5\nindicators: {a: {weight: 1}, b: {weight: 1}}\n",
        "mpi.yml:1:1: 权重之和为 2（按个数），k 却小于1：写 k 为个数，或把权重写成份额 / "
        "weights add up to 2, a count, but k is below 1: write k as a count, or weights as shares",
    ),
    "a misspelt key": (
        "k: 1\nindicators: {a: {cutof: 3}}\n",
        "mpi.yml:2:18: 指标 / indicator a: 不认识“cutof”；是否 cutoff？可用：column, cutoff, deprived, weight, gap, worst, "
        "title, dimension / unknown key; did you mean cutoff? known: column, cutoff, deprived, weight, gap, worst, title, dimension",
    ),
    "a weight that is no number": (
        "k: 1\nindicators: {a: {weight: much}}\n",
        "mpi.yml:2:26: 指标 / indicator a weight: “much”不是数；写 1/3、0.25 或 25% / a number is expected: 1/3, 0.25 or 25%",
    ),
    "a direction nobody knows": (
        "k: 1\nindicators: {a: {cutoff: 3, deprived: belwo}}\n",
        "mpi.yml:2:39: 指标 / indicator a: deprived 不能是“belwo”；是否 / did you mean below / deprived is below, at_or_below, "
        "above, at_or_above, equal, not_equal, in or not_in",
    ),
    "no indicators": (
        "k: 1\n",
        "mpi.yml:1:1: 须写 dimensions（各维度及其 indicators），或只写 indicators / write dimensions, or indicators alone",
    ),
    "a weight of nothing": (
        "k: 1\nindicators: {abc: {}}\nweights: {abd: 1}\n",
        "mpi.yml:3:16: weights 中的“abd”不是指标也不是维度；是否 / did you mean abc / weights: abd is nothing known",
    ),
    "a weight written twice": (
        "k: 1\nindicators: {abc: {weight: 1}}\nweights: {abc: 1}\n",
        "mpi.yml:3:16: “abc”的权重写了两次 / the weight of abc stands twice",
    ),
    "a cutoff of nothing": (
        "k: 1\nindicators: {abc: {}}\ncutoffs: {x: 1}\n",
        "mpi.yml:3:14: cutoffs 中的“x”不是指标 / cutoffs: x is no indicator",
    ),
    "an indicator of no dimension": (
        "k: 1\ndimensions: {health: [a]}\nindicators: {b: {dimension: healt}}\n",
        "mpi.yml:3:17: 指标“b”的 dimension“healt”不在 dimensions 中；是否 / did you mean health / an indicator of no dimension",
    ),
    "a dimension without indicators": (
        "k: 1\ndimensions: {health: {weight: 1}}\n",
        "mpi.yml:2:22: 维度“health”没有 indicators / the dimension health has no indicators",
    ),
    "a list of names": ("- a\n", "mpi.yml:1:1: 说明 / the spec: 应为“键: 值” / keys with values are expected here"),
    "one name twice": (
        "k: 1\ndimensions: {d: {indicators: {a: {}}}, e: {indicators: {a: {}}}}\n",
        "mpi.yml:2:34: 指标“a”写了两次 / the indicator a stands twice",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_spec_that_cannot_be_meant_is_refused_with_its_line(tmp_path: Path, case: str) -> None:
    spec, message = REFUSED[case]
    assert message in refused(tmp_path, spec).splitlines()


def test_the_example_of_the_documentation_is_a_spec(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "algorithms" / "measures.md").read_text(encoding="utf-8")
    spec = read_spec(written(tmp_path, page.split("```yaml\n")[1].split("```")[0])[1])
    assert {rule.name: str(rule.weight) for rule in spec.rules} == {
        "schooling": "1/6", "attendance": "1/6", "nutrition": "1/3", "water": "1/6", "space": "1/6",
    }  # fmt: skip
    assert [rule.name for rule in spec.rules if not rule.cardinal] == ["attendance", "water"]


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    assert len(refused(tmp_path, "k: some\nindicators: {a: {cutof: 3}, b: {weight: -1}}\n").splitlines()) == 3


@settings(max_examples=30)
@given(st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=1, max_size=8), st.integers(1, 12))
def test_counting_by_hand_gives_the_same(tmp_path_factory: Any, rows: list[list[bool]], twelfths: int) -> None:
    shares = [Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)]
    text = "a,b,c\n" + "".join(",".join("1" if cell else "0" for cell in row) + "\n" for row in rows)
    spec = f"k: {twelfths}/12\nindicators: {{a: {{weight: 1/2}}, b: {{weight: 1/3}}, c: {{weight: 1/6}}}}\n"
    found = mpi_file(*written(tmp_path_factory.mktemp("af"), spec, text))
    headcount, adjusted = oracle.multidimensional(rows, shares, Fraction(twelfths, 12))
    assert found["H"] == pytest.approx(float(headcount))
    assert found["M0"] == found["M1"] == pytest.approx(float(adjusted))
    if adjusted:
        assert sum(one["contribution"] for one in found["indicators"]) == pytest.approx(1)


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 9), min_size=1))
def test_shares_of_any_parts_add_up_to_one(parts: dict[str, int]) -> None:
    total = sum(parts.values())
    found = weigh({"d": (None, {name: Fraction(part, total) for name, part in parts.items()})}, Fraction(1, 2))
    assert sum(found.weights.values()) == 1
    with pytest.raises(WeightMistake):
        weigh({"d": (None, {name: Fraction(part, total) / 3 for name, part in parts.items()})}, Fraction(1, 2))


def test_the_command_prints_json_with_its_keys_and_a_table_in_two_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, spec = written(tmp_path)
    assert main(["mpi", str(table), "--spec", str(spec), "--format", "json", "--by", "village"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found)[:5] == ["H", "A", "M0", "M1", "M2"]
    assert main(["mpi", str(table), "--spec", str(spec)]) == 0
    assert "多维贫困发生率 H   50.00%" in capsys.readouterr().out
    assert main(["mpi", str(table), "--spec", str(spec), "--lang", "en"]) == 0
    assert "multidimensional headcount H  50.00%" in capsys.readouterr().out


def test_the_command_refuses_a_column_that_the_table_lacks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, spec = written(tmp_path, EXAMPLE.replace("column: years", "column: jahre"))
    assert main(["mpi", str(table), "--spec", str(spec)]) == 1
    assert capsys.readouterr().err == (
        "bangfu: people.csv: 没有“jahre”列；表中有：income、years、health、insured、village / "
        "no column jahre; the table has: income、years、health、insured、village\n"
    )
    rows = list(csv.reader(table.open(encoding="utf-8")))
    assert len(rows) == 5
