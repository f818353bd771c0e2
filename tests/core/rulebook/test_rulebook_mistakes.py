"""Loading says every mistake at once: file, line, column, what was found, what was expected, what is near."""

from __future__ import annotations

from pathlib import Path

import pytest
from rulebook_writing import FILES, loaded, refused, written

POLICY = "id: x\ntitle: t\nof: household\n"
CASES: dict[str, tuple[dict[str, str], list[str]]] = {
    "an unknown key has its nearest": (
        {"policies/x.yml": POLICY + "conditons:\n  - {id: a, when: urban}\n"},
        [
            "small/policies/x.yml:4:1: found the key 'conditons'; expected a key of a policy: id, title, of,"
            " authority, valid, conditions, exclusions, amount, not_with, receives, paid, tolerance, evidence, entitlement,"
            " note, enabled; did you mean 'conditions'?"
        ],
    ),
    "a text cut by its comma is explained": (
        {"rulebook.yml": 'name: s\nversion: "1"\ntitle: {zh: 小, en: one, two}\n'},
        [
            "small/rulebook.yml:3:25: found the key 'two'; expected a key of title: zh, en; a text that holds"
            " ', ' stands in quotes"
        ],
    ),
    "needed keys are asked for": (
        {"policies/x.yml": "id: x\nconditions:\n  - {when: urban}\n"},
        [
            "small/policies/x.yml:1:1: found a policy without 'of'; expected the key 'of'",
            "small/policies/x.yml:1:1: found a policy without 'title'; expected the key 'title'",
            "small/policies/x.yml:3:5: found a clause without 'id'; expected the key 'id'",
        ],
    ),
    "an expression's mistake points into the YAML": (
        {
            "policies/x.yml": POLICY
            + "conditions:\n"
            + '  - {id: a, when: "urban and income < < 3"}\n'
            + "  - {id: b, when: income < linee}\n"
            + "  - {id: c, when: 'any(persons where sex = ''male'' and agee > 3)'}\n"
            + "  - id: d\n    when: |\n      urban\n        and ) < 7\n"
            + "  - id: e\n    when: >-\n      urban\n      and membrs < 7\n"
        },
        [
            "small/policies/x.yml:5:39: found '<'; expected a name, a literal, '(' or 'case'",
            "small/policies/x.yml:6:28: found the name 'linee'; expected a fact of households or a parameter;"
            " did you mean 'line'?",
            "small/policies/x.yml:7:57: found the name 'agee'; expected a fact of persons or a parameter;"
            " did you mean 'age'?",
            "small/policies/x.yml:11:13: found ')'; expected a name, a literal, '(' or 'case'",
            "small/policies/x.yml:15:11: found the name 'membrs'; expected a fact of households or a parameter;"
            " did you mean 'members'?",
        ],
    ),
    "facts": (
        {
            "facts/y.yml": """\
facts:
  a: {of: household, type: mony}
  b: {of: housold, type: money}
  c: {type: money}
  household.d: {type: integer, min: 5, max: 3}
  e: {of: household, type: code, code: sexx}
  f: {of: household, type: boolean, period: month}
  g: {of: household, type: integer, missing: 0}
  h: {of: person, type: code, code: sex, missing: malle, missing_reason: r}
  i: {of: household, type: money, min: 1.234}
  j: {of: household, type: text, reads: regin_code.problem}
  k-l: {of: household, type: text}
  m: {of: household, type: integer, derive: count(persons), missing: 0, missing_reason: r}
  person.n: {of: household, type: text}
  o: {of: household, type: date, min: 2020-01-01}
"""
        },
        [
            "small/facts/y.yml:2:28: found type: mony; expected one of integer, money, decimal, boolean, date,"
            " text, code; did you mean 'money'?",
            "small/facts/y.yml:3:11: found of: housold; expected a declared table or what it holds;"
            " did you mean 'household'?",
            "small/facts/y.yml:4:3: found the fact c without 'of'; expected of: the table or entity that carries it",
            "small/facts/y.yml:5:45: found max below min (3); expected max not below min",
            "small/facts/y.yml:6:40: found code: sexx; expected a list in codes/; did you mean 'sex'?",
            "small/facts/y.yml:7:45: found period: month with type: boolean; expected it with type: money only",
            "small/facts/y.yml:8:46: found missing without a reason; expected missing_reason: why a blank means"
            " this value",
            "small/facts/y.yml:9:51: found missing: malle; expected one of male, female; did you mean 'male'?",
            "small/facts/y.yml:10:40: found min: 1.234; expected an amount in yuan with at most two decimals,"
            " below 10^15",
            "small/facts/y.yml:11:6: found reads: regin_code.problem; expected a fact of this table and what to"
            " read in it; did you mean 'region_code'?",
            "small/facts/y.yml:12:3: found fact: k-l; expected a name of at most 64 letters, digits and _",
            "small/facts/y.yml:13:70: found missing with derive; expected a derived fact, which has no column of"
            " its own",
            "small/facts/y.yml:14:3: found person.n with of: household; expected one and the same table in both",
            "small/facts/y.yml:15:39: found min with type: date; expected bounds of numbers and money only",
        ],
    ),
    "parameters": (
        {
            "parameters/y.yml": """\
p:
  type: money
  max: 1000
  values:
    - {area: '99', from: 2023-01-01, to: 2022-01-01, value: 1}
    - {from: 2023-01-01, value: abc}
    - {from: 2023-01-01, value: 1000.01}
    - {from: 2023-13-01, value: 1}
    - {form: 2023-01-01, value: 1}
    - {urbn: true, value: 1}
    - {urban: 2, value: 1}
    - {area: 中, value: 2}
    - {area: '98'}
q:
  type: integer
  values:
    - {area: '99', from: 2023-01-01, to: 2024-01-01, value: 1}
    - {area: '99', from: 2023-12-31, value: 2}
    - {urban: true, value: 2}
    - {urban: false, value: 3}
    - {members: 3, value: 3}
r: {type: money, table: lines, match: [urba], from: a, to: b}
s: {type: integer, file: s.csv, values: []}
t: {type: integer, file: t.csv}
"""
        },
        [
            "small/parameters/y.yml:5:42: found from 2023-01-01 to 2022-01-01; expected a day after `from`; `to`"
            " is the first day that no longer counts",
            "small/parameters/y.yml:6:33: found value: abc; expected an amount in yuan with at most two decimals,"
            " below 10^15",
            "small/parameters/y.yml:7:33: found value: 1000.01; expected a value not above max",
            "small/parameters/y.yml:8:14: found from: 2023-13-01; expected a date such as 2024-07-01",
            "small/parameters/y.yml:9:8: found the key 'form'; expected area, from, to, value, source or a fact;"
            " did you mean 'from'?",
            "small/parameters/y.yml:10:8: found the key 'urbn'; expected area, from, to, value, source or a fact;"
            " did you mean 'urban'?",
            "small/parameters/y.yml:11:15: found urban: 2; expected true or false",
            'small/parameters/y.yml:12:14: found area: 中; expected the beginning of an area code, or ""',
            "small/parameters/y.yml:13:7: found a value without 'value'; expected the key 'value'",
            "small/parameters/y.yml:18:7: found a second value of q for area '99' in the same time (first"
            " small/parameters/y.yml:17:7); expected one value for one place and date",
            "small/parameters/y.yml:21:7: found a second value of q for area '', members 3 in the same time (first"
            " small/parameters/y.yml:19:7); expected one value for one place and date",
            "small/parameters/y.yml:22:4: found a table parameter without 'value'; expected the column of the"
            " table for value",
            "small/parameters/y.yml:22:39: found the key 'urba'; expected area, from, to, value, source or a fact;"
            " did you mean 'urban'?",
            "small/parameters/y.yml:23:20: found values and file; expected values, file or table, only one",
            "small/parameters/y.yml:24:26: found file: t.csv; expected a CSV file in the same folder",
        ],
    ),
    "a parameter's CSV": (
        {
            "parameters/y.yml": "p: {type: money, file: p.csv}\nq: {type: money, file: q.csv}\n",
            "parameters/p.csv": "area,from,to,value,urban\n99,2020-01-01,2021-01-01,1.5,true\n"
            "99,2020-06-01,,2,true\n99,2020-06-01,,x,false\n,2022-01-01,2020-01-01,,maybe\n",
            "parameters/q.csv": "area,vallue\n",
        },
        [
            "small/parameters/p.csv:3:1: found a second value of p for area '99', urban True in the same time"
            " (first small/parameters/p.csv:2:1); expected one value for one place and date",
            "small/parameters/p.csv:4:1: found value: x; expected an amount in yuan with at most two decimals,"
            " below 10^15",
            "small/parameters/p.csv:5:1: found urban: maybe; expected true or false",
            "small/parameters/p.csv:5:1: found a row without a value; expected a value; a row that is not known"
            " yet is left out",
            "small/parameters/p.csv:5:1: found from 2022-01-01 to 2020-01-01; expected a day after `from`",
            "small/parameters/q.csv:1:1: found no column 'value'; expected the columns area, from, to, value,"
            " source and facts to match",
        ],
    ),
    "code lists": (
        {"codes/y.yml": "codes:\n  a: {values: [1, two]}\n  b: {values: []}\n  c: {values: [x, x]}\n  d: {}\n"},
        [
            "small/codes/y.yml:2:6: found numbers and texts in the code list a; expected all values numbers or"
            " all texts; quote the numbers",
            "small/codes/y.yml:3:15: found a code list without values; expected at least one value",
            "small/codes/y.yml:4:6: found the code 'x' twice in c; expected each code once",
            "small/codes/y.yml:5:6: found a code list without 'values'; expected the key 'values'",
        ],
    ),
    "alerts, checks and indicators": (
        {
            "alerts/a.yml": "- {id: a, of: household, title: t, when: urban, severity: hgh}\n- 7\n",
            "checks/c.yml": "checks:\n"
            "  C: {of: household, severity: hint, message: m, when: urban, show: [persons.agee]}\n",
            "indicators/i.yml": "- {id: i, title: t, unit: percent, numerator: {count: persons}}\n"
            "- {id: j, title: t, unit: 头, numerator: {sum: income}, by: [week]}\n",
        },
        [
            "small/alerts/a.yml:1:59: found severity: hgh; expected one of high, medium, low; did you mean 'high'?",
            "small/alerts/a.yml:2:3: found a single value; expected an alert as keys with values",
            "small/checks/c.yml:2:6: found show: persons.agee; expected a fact of persons; did you mean 'age'?",
            "small/indicators/i.yml:1:3: found unit: percent without a denominator; expected a denominator, which a"
            " ratio must name",
            "small/indicators/i.yml:2:27: found unit: 头; expected one of percent, percentage_point, per_mille, 户,"
            " 人, 人次, 户次, 元, 个, 座, 次, 千瓦, 亩, 万元",
            "small/indicators/i.yml:2:47: found sum: income; expected a table and what to sum, such as persons.wage",
            "small/indicators/i.yml:2:61: found by: week; expected area or period",
        ],
    ),
    "balances of indicators and figures over rows without a key": (
        {
            "facts/loans.yml": "tables:\n  loans: {file: loans, of: household}\n",
            "indicators/i.yml": "- {id: i, title: t, unit: 户, numerator: {count: loans}}\n"
            "- {id: j, title: t, unit: 户, numerator: {count: households}, balance: {start: i, in: i, out: jj}}\n"
            "- {id: k, title: t, unit: 户, kind: flow, numerator: {count: households}, balance: {start: j}}\n",
        },
        [
            "small/indicators/i.yml:1:3: found a figure over loans, whose rows have no key; expected a table whose rows"
            " have a key; sum a fact of households or persons that counts these rows",
            "small/indicators/i.yml:2:3: found balance: in: i, a stock in 户; expected a flow in 户 without a denominator",
            "small/indicators/i.yml:2:3: found balance: out: jj; expected the id of an indicator; did you mean 'j'?",
            "small/indicators/i.yml:3:3: found a balance of a flow or a ratio; expected a stock without a denominator",
            "small/indicators/i.yml:3:83: found balance without 'in'; expected the key 'in'",
            "small/indicators/i.yml:3:83: found balance without 'out'; expected the key 'out'",
        ],
    ),
    "policies": (
        {
            "policies/dibao.yml": FILES["policies/dibao.yml"]
            + "valid: {from: 2024-01-01, to: 2024-01-01}\ntolerance: -1\n"
            + "amount: {formula: income, per: week, round: up}\nexclusions: [{use: [means]}, {use: mean}]\n",
            "policies/shared.yml": "shared:\n  means: {conditions: [{id: a, when: urban}]}\n",
            "policies/two.yml": "id: dibao\ntitle: t\nof: household\nconditions: []\n",
        },
        [
            "small/policies/dibao.yml:6:31: found from 2024-01-01 to 2024-01-01; expected a day after `from`; `to`"
            " is the first day that no longer counts",
            "small/policies/dibao.yml:7:12: found tolerance: -1; expected an amount not below 0",
            "small/policies/dibao.yml:8:32: found per: week; expected one of month, year, once",
            "small/policies/dibao.yml:8:45: found round: up; expected one of floor_fen, half_up_fen, floor_yuan,"
            " half_up_yuan",
            "small/policies/dibao.yml:9:21: found use: means as exclusions; expected a shared set with exclusions",
            "small/policies/dibao.yml:9:36: found use: mean; expected a set under shared:; did you mean 'means'?",
            "small/policies/two.yml:1:5: found a policy dibao again (first small/policies/dibao.yml:1:1); expected"
            " one definition of an id within a rulebook",
        ],
    ),
    "cases, whose misspelt names would hold for another reason": (
        {
            "cases/c.yml": "- name: n\n  as_of: 2024-01-01\n  houshold: {income: 3}\n  persons: [{agee: 3}]\n"
            "  parameters: {lin: 3}\n  expect: {dibao: {status: eligible}}\n"
            "- {name: k, as_of: tomorrow, expect: {dibao: {status: eligible}}, persons: [3]}\n"
        },
        [
            "small/cases/c.yml:3:3: found the key 'houshold'; expected a key of a case or a declared table;"
            " did you mean 'household'?",
            "small/cases/c.yml:4:14: found the fact 'agee'; expected a fact of persons; did you mean 'age'?",
            "small/cases/c.yml:5:16: found the parameter 'lin'; expected a declared parameter; did you mean 'line'?",
            "small/cases/c.yml:7:20: found as_of: tomorrow; expected a date such as 2024-07-01",
            "small/cases/c.yml:7:77: found persons: 3; expected a row as keys with values, or a list of rows",
        ],
    ),
    "a folder or file that nobody reads": (
        {"polices/x.yml": POLICY, "stray.yml": "a: 1\n"},
        [
            "small/polices:1:1: found the folder polices; expected one of facts, parameters, policies, alerts,"
            " checks, indicators, procedures, visits, campaigns, calendar, codes, cases; did you mean 'policies'?",
            "small/stray.yml:1:1: found definitions beside rulebook.yml; expected a file in facts/, policies/ and"
            " so on",
        ],
    ),
    "an area column that no fact declares": (
        {"facts/facts.yml": FILES["facts/facts.yml"].replace("household}\n  p", "household, area: regioncode}\n  p")},
        [
            "small/facts/facts.yml:2:15: found area: regioncode; expected a fact of households;"
            " did you mean 'region_code'?"
        ],
    ),
    "a file that cannot be read hides no name elsewhere": (
        {"facts/facts.yml": "tables: [\n"},
        [
            "small/facts/facts.yml:2:1: found did not find expected node content; expected well-formed YAML;"
            " a text with ': ', ' #' or a leading quote, bracket or % is written in quotes"
        ],
    ),
}


@pytest.mark.parametrize("fact", CASES)
def test_every_mistake_is_told_with_its_place(fact: str, tmp_path: Path) -> None:
    files, said = CASES[fact]
    assert refused(written(tmp_path, files)) == said


def test_a_broken_definition_is_told_once_and_not_where_it_is_used(tmp_path: Path) -> None:
    facts = FILES["facts/facts.yml"].replace("integer, derive", "intege, derive")
    said = refused(written(tmp_path, {"facts/facts.yml": facts}))
    assert said[0].startswith("small/facts/facts.yml:8:34: found type: intege;")
    assert len(said) == 1


def test_the_small_rulebook_itself_is_right(tmp_path: Path) -> None:
    assert list(loaded(tmp_path).policies) == ["dibao"]
