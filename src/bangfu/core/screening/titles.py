"""The words of a rulebook as the worklists and the summary need them."""

from __future__ import annotations

from collections.abc import Mapping

from bangfu.core.compiler.lowering import InputKey
from bangfu.core.rulebook.model import Alert, Check, Fact, Label, Parameter, Policy, Rulebook, Table
from bangfu.core.rulebook.units import Units
from bangfu.core.screening.labels import (
    ClauseTitle,
    EventTitle,
    IndicatorTitle,
    InputTitle,
    PolicyTitle,
    RunTitles,
)

WHO = {
    "village": Label("村（社区）", "the village"),
    "township": Label("乡镇（街道）", "the township"),
    "county": Label("县级部门", "the county"),
    "civil_affairs": Label("县民政局", "civil affairs"),
    "agriculture": Label("县农业农村局", "agriculture and rural affairs"),
    "education": Label("县教育局", "education"),
    "housing": Label("县住建局", "housing"),
    "health": Label("县卫健委", "health"),
    "medical_insurance": Label("县医保局", "medical insurance"),
    "water": Label("县水利局", "water"),
    "human_resources": Label("县人社局", "human resources"),
}
VISIT = Label("入户核实，或由村（社区）补登", "a visit to the household, or the village's record")
COUNTY = Label("县级主管部门在规则参数中填写", "the county, as a parameter of the rulebook")


def titles_of(book: Rulebook) -> RunTitles:
    """Every title that the outputs of a run need."""
    units = Units(book.tables)
    return RunTitles(
        {policy.id: _policy(policy) for policy in book.policies.values()},
        {
            (policy.id, clause.id): ClauseTitle(clause.text, clause.cite, kind)
            for policy in book.policies.values()
            for kind, group in (("condition", policy.conditions), ("exclusion", policy.exclusions))
            for clause in group
        },
        _inputs(book, units),
        {alert.id: _alert(alert) for alert in book.alerts.values()},
        {check.id: _check(check) for check in book.checks.values()},
        {
            item.id: IndicatorTitle(
                item.title, item.numerator.name, item.denominator.name if item.denominator else Label()
            )
            for item in book.indicators.values()
        },
    )


def _policy(policy: Policy) -> PolicyTitle:
    title, number = policy.authority.get("title", ""), policy.authority.get("number", "")
    authority = f"《{title}》（{number}）" if title and number else f"《{title}》" if title else number
    return PolicyTitle(policy.title, policy.of, policy.amount.per if policy.amount else "", authority)


def _alert(alert: Alert) -> EventTitle:
    days = alert.respond_days
    deadline = Label() if days is None else Label(f"{days}个工作日内", f"within {days} working days")
    return EventTitle(
        alert.title, alert.severity, WHO.get(alert.who, Label(alert.who, alert.who)), deadline, alert.source
    )


def _check(check: Check) -> EventTitle:
    return EventTitle(check.message, check.severity, WHO["village"], Label(), check.source)


# -- who can supply what ----------------------------------------------------------------------------


def who_supplies(book: Rulebook, key: InputKey) -> Label:
    """Who can supply a missing input."""
    if key[0] == "parameter":
        return COUNTY
    table = book.tables.get(key[1])
    if table is None:
        return VISIT
    if key[0] == "table" or table.bureau:
        zh, en = table.label.zh or table.id, table.label.get("en") or table.id
        return Label(f"{zh}数据文件", f"the file “{en}”")
    return VISIT


def _inputs(book: Rulebook, units: Units) -> Mapping[str, InputTitle]:
    found: dict[str, InputTitle] = {}
    for fact in book.facts.values():
        if fact.derive is not None:
            continue
        title = _fact(book, fact)
        shared = fact.name in found or any(
            other.name == fact.name and other.table != fact.table for other in book.facts.values()
        )
        if fact.table == units.person and shared:
            found[f"*.{fact.name}"] = title
        if fact.table != units.person or fact.name not in found:
            found[fact.name] = title
        found[f"{book.tables[fact.table].of if book.tables[fact.table].key else fact.table}.{fact.name}"] = title
    found.update({parameter.id: _parameter(parameter) for parameter in book.parameters.values()})
    found.update({table.id: _table(book, table) for table in book.tables.values()})
    return found


def _fact(book: Rulebook, fact: Fact) -> InputTitle:
    table = book.tables[fact.table]
    label = Label(fact.label.zh or fact.name, fact.label.en or fact.name)
    who = who_supplies(book, ("fact", *fact.id))
    if table.bureau:
        return InputTitle(label, who, table.id, table.label)
    return InputTitle(label, who, "visit", Label("入户核实", "household visits"))


def _parameter(parameter: Parameter) -> InputTitle:
    label = Label(parameter.label.zh or parameter.id, parameter.label.en or parameter.id)
    return InputTitle(label, COUNTY, parameter.id, label, "parameter")


def _table(book: Rulebook, table: Table) -> InputTitle:
    return InputTitle(table.label, who_supplies(book, ("table", table.id)), table.id, table.label, "table")
