"""The words that people read beside the keys of a run: who, where, which rule, what is missing.

A run's files carry keys only. Worklists and the summary join names through a `Directory` and titles through
`RunTitles` at the moment of writing; nothing here reads a file or keeps an ID number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bangfu.core.rulebook.model import Label


@dataclass(frozen=True, slots=True)
class HouseholdLabel:
    """How people know a household. `region_code` has 12 digits for a village; shorter where less is known."""

    head_name: str = ""
    region_code: str = ""
    group: str = ""
    phone_masked: str = ""


@dataclass(frozen=True, slots=True)
class PersonLabel:
    """How people know a person; the ID number only masked."""

    name: str = ""
    id_masked: str = ""


@dataclass(frozen=True, slots=True)
class VillageLabel:
    """The names of a village and of its township."""

    village_name: str = ""
    township_name: str = ""


class Directory(Protocol):
    """Names for keys, in the type that the data has or as text. An unknown key gives an empty label."""

    def household(self, number: object) -> HouseholdLabel:
        """The label of the household with this number."""
        ...

    def person(self, number: object) -> PersonLabel:
        """The label of the person with this number."""
        ...

    def village(self, code: str) -> VillageLabel:
        """The names of the village with this code, or of the township where the code has 9 digits."""
        ...


@dataclass(frozen=True, slots=True)
class PolicyTitle:
    """A policy in words. `of` is its entity (`household`, `person`, …); `per` is month, year, once or "".

    `authority` is the citation as printed (《社会救助暂行办法》（国务院令第649号）).
    """

    title: Label
    of: str = "household"
    per: str = "month"
    authority: str = ""


@dataclass(frozen=True, slots=True)
class ClauseTitle:
    """A condition or an exclusion in words; `kind` is `condition` or `exclusion`."""

    text: Label
    cite: str = ""
    kind: str = "condition"


@dataclass(frozen=True, slots=True)
class InputTitle:
    """An input that may be missing.

    `who` says who can supply it (县民政局, 入户核实, 县残联文件). `group` is the file or question that would
    settle it (a table's id, a parameter's id, `visit`), `group_label` its name. `kind` is `fact`, `parameter`
    or `table`: the last two are settled once for the county, so no village can act on them.
    """

    label: Label
    who: Label = field(default_factory=Label)
    group: str = ""
    group_label: Label = field(default_factory=Label)
    kind: str = "fact"


@dataclass(frozen=True, slots=True)
class EventTitle:
    """An alert or a check in words; `deadline` as printed (2个工作日内), `source` the number of the list."""

    title: Label
    severity: str = ""
    who: Label = field(default_factory=Label)
    deadline: Label = field(default_factory=Label)
    source: str = ""


@dataclass(frozen=True, slots=True)
class IndicatorTitle:
    """An indicator in words; a ratio names what it is divided by."""

    title: Label
    numerator: Label = field(default_factory=Label)
    denominator: Label = field(default_factory=Label)


@dataclass(frozen=True, slots=True)
class RunTitles:
    """Every title that a run's outputs need; an id without a title is shown as itself.

    `clauses` is keyed by (policy, clause) in the order of the definition. `inputs` is keyed by the id of a
    fact, a parameter or a table; `*.name` names a member's fact where a household's fact has the same name.
    """

    policies: Mapping[str, PolicyTitle] = field(default_factory=dict)
    clauses: Mapping[tuple[str, str], ClauseTitle] = field(default_factory=dict)
    inputs: Mapping[str, InputTitle] = field(default_factory=dict)
    alerts: Mapping[str, EventTitle] = field(default_factory=dict)
    checks: Mapping[str, EventTitle] = field(default_factory=dict)
    indicators: Mapping[str, IndicatorTitle] = field(default_factory=dict)

    def policy(self, policy: str) -> PolicyTitle:
        """The policy's title, or its id as title."""
        return self.policies.get(policy) or PolicyTitle(Label(policy, policy))

    def clause(self, policy: str, clause: str) -> ClauseTitle:
        """The clause's words, or its id."""
        return self.clauses.get((policy, clause)) or ClauseTitle(Label(clause, clause))

    def conditions(self, policy: str) -> list[str]:
        """The ids of the policy's conditions, in the order of the definition."""
        return [key for (owner, key), it in self.clauses.items() if owner == policy and it.kind == "condition"]

    def input(self, missing: str) -> tuple[str, InputTitle]:
        """The id without its person, and the title, of one entry of a finding's `missing`."""
        name = missing.rpartition(".")[2]
        if name != missing and f"*.{name}" in self.inputs:
            return f"*.{name}", self.inputs[f"*.{name}"]
        return name, self.inputs.get(name) or InputTitle(Label(name, name), group=name)


_DAY = r"(?:[0０][1-9１-９]|[1１][0-2０-２])(?:[0０][1-9１-９]|[12１２][\d０-９]|[3３][01０１])"
_NUMBER = re.compile(
    rf"(?<![0-9A-Za-z])(?:[\d０-９]{{6}}(?:[1１][9９]|[2２][0０])[\d０-９]{{2}}{_DAY}[\d０-９]{{3}}[\dXxＸｘ]"
    rf"(?:[1-7][1-4](?:[BbＢｂ]\d)?)?|[\d０-９]{{8}}{_DAY}[\d０-９]{{3}})(?![0-9A-Za-z])"
)
_PHONE = re.compile(r"(?<![0-9A-Za-z.])(1[3-9]\d)\d{4}(\d{4})(?!\d)")
_PRIVATE = re.compile(
    r"((?:id_number|certificate_number|phone|mobile|account|身份证\w*|证件号\w*|证号|手机\w*|电话\w*|账号|卡号)\s*[=＝:：]\s*)"
    r"([^；;，,\s]+)"
)


def hide_numbers(text: str) -> str:
    """The text with ID numbers, accounts and phones hidden but for their last four characters.

    Anything that reads as an ID number (its digits hold a day of birth; 15 or 18 characters, or a disability
    certificate's 20 or 22) is hidden wherever it stands; a value after a name such as `id_number=` is hidden
    whatever it looks like, since a mistyped number still tells who it is. Household and person numbers of the
    registry stay, since people work by them.
    """
    if not text:
        return text
    text = _PRIVATE.sub(lambda m: m[1] + tail(m[2]), text)
    text = _NUMBER.sub(lambda m: tail(m[0]), text)
    return _PHONE.sub(r"\1****\2", text)


def tail(number: str) -> str:
    """A number of which only the last four characters remain; of a short one nothing does."""
    return f"****{number[-4:]}" if len(number) > 7 else "****"
