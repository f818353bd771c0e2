"""Checks forms of home visits: what their items name exists and has the right kind."""

from __future__ import annotations

from collections.abc import Collection

from bangfu.core.rulebook.mistakes import Mistake, nearest
from bangfu.core.rulebook.model import Place, Rulebook
from bangfu.core.rulebook.visit_model import UNCLEAR, Item, VisitForm

_TABLES = {"household": "households", "person": "persons"}
_KINDS = {
    "yes_no": ("boolean",), "choice": ("code", "text"), "money": ("money",), "number": ("integer", "decimal"), "date": ("date",),
    "text": ("text",),
}  # fmt: skip
PLACING = frozenset(
    {
        "household_no", "person_no", "region_code", "head_name", "relation", "name", "id_number", "id_kind", "sex",
        "birth_date", "household_type", "monitored_kind", "monitored_since", "registered_in", "graduated_in",
        "risk_resolved", "risk_resolved_on",
    }
)  # fmt: skip
"""Facts that no visit establishes: who somebody is, where they belong, and what a decision makes them."""


def check_visit(form: VisitForm, book: Rulebook) -> list[Mistake]:
    """Every mistake of one form."""
    checker = _Checker(form, book)
    for item in form.items():
        checker.item(item)
    checker.around()
    return checker.mistakes


def check_forms_of_procedures(book: Rulebook) -> list[Mistake]:
    """Things of procedures that name a form of a visit name one that is there."""
    found = []
    for procedure in book.procedures.values():
        for thing in procedure.things.values():
            for name in thing.form:
                if name not in book.visits:
                    told = f"form：{name} / form: {name}"
                    found.append(Mistake(thing.place, told, "入户表 / a form of a visit", nearest(name, book.visits)))
    return found


class _Checker:
    def __init__(self, form: VisitForm, book: Rulebook) -> None:
        self.form, self.book = form, book
        self.mistakes: list[Mistake] = []
        self.items = {item.id: item for item in form.items()}

    def add(self, place: Place, zh: str, en: str, expected_zh: str, expected_en: str, near: str = "") -> None:
        """Notes one mistake, in both languages."""
        self.mistakes.append(Mistake(place, f"{zh} / {en}", f"{expected_zh} / {expected_en}", near))

    def known(self, place: Place, key: str, name: str, known: Collection[str], zh: str, en: str) -> bool:
        """`name` is one of `known`."""
        if name in known:
            return True
        self.add(place, f"{key}：{name}", f"{key}: {name}", zh, en, nearest(name, list(known)))
        return False

    # -- one item ---------------------------------------------------------------------------------
    def words(self, item: Item) -> list[str]:
        """The words that an item may be answered with; empty where it is not answered by a word."""
        if item.answer == "yes_no":
            return ["yes", "no", UNCLEAR]
        if item.answer == "choice":
            codes = self.book.codes.get(item.code)
            own = [str(value.value) for value in codes.values] if codes else list(item.choices)
            return [*own, UNCLEAR]
        return []

    def item(self, item: Item) -> None:
        """Code list, fact, condition, photo, finding and sum of one item."""
        if item.code:
            self.known(item.place, "code", item.code, self.book.codes, "已定义的代码表", "a declared code list")
        if item.fact:
            self.fact(item)
        if item.when is not None:
            self.when(item)
        words = self.words(item)
        for word in item.photo:
            if word != "always":
                self.known(
                    item.place, "photo", word, words, "本项的一个回答或 always", "an answer of the item, or always"
                )
        if item.finding is not None:
            for word in item.finding.on:
                self.known(item.place, "on", word, words, "本项的一个回答", "an answer of the item")
            if UNCLEAR in item.finding.on:
                self.add(item.place, "on：unclear", "on: unclear", "说得清的回答：不清楚不是发现",
                         "a clear answer: unclear is no finding")  # fmt: skip
            if item.finding.opens:
                known = self.book.procedures
                self.known(item.place, "opens", item.finding.opens, known, "已定义的程序", "a declared procedure")
        for name in item.sum_of:
            other = self.items.get(name)
            if other is None or other.answer != "money" or other.of != item.of or name == item.id:
                self.add(item.place, f"sum_of：{name}", f"sum_of: {name}", "同一对象的其他金额项目",
                         "another item of money of the same subject", nearest(name, list(self.items)))  # fmt: skip

    def fact(self, item: Item) -> None:
        """The fact is a column of the registry, of the item's kind, and not one of identity."""
        table = _TABLES[item.of]
        fact = self.book.facts.get((table, item.fact))
        columns = [n for t, n in self.book.facts if t == table]
        if fact is None or fact.derive is not None or fact.reads or fact.personal or item.fact in PLACING:
            expected = f"a fact of {table} that is recorded, not derived, and neither identity nor status"
            self.add(item.place, f"fact：{item.fact}", f"fact: {item.fact}",
                     "登记的一项事实（不是身份、证件、认定结果或推算的）", expected, nearest(item.fact, columns))  # fmt: skip
            return
        kinds = _KINDS.get(item.answer, ())
        if fact.type.kind not in kinds:
            self.add(item.place, f"{item.answer} 写入 {fact.type.kind}", f"{item.answer} for {fact.type.kind}",
                     "与事实同类的回答：" + "、".join(kinds), "an answer of the fact's kind: " + ", ".join(kinds))  # fmt: skip
        elif fact.type.kind == "code" and item.code != fact.type.code:
            self.add(item.place, f"code：{item.code}", f"code: {item.code}", f"该事实的代码表 {fact.type.code}",
                     f"the fact's code list {fact.type.code}")  # fmt: skip

    def when(self, item: Item) -> None:
        """An item hangs on one that stands before it and is answered by words."""
        assert item.when is not None
        names = list(self.items)
        before = {name: self.items[name] for name in names[: names.index(item.id)]}
        if not self.known(item.place, "item", item.when.item, before, "前面的项目", "an item that stands before"):
            return
        other = before[item.when.item]
        if other.of == "person" and item.of != "person":
            self.add(item.place, f"item：{other.id}", f"item: {other.id}", "户的项目", "an item of the household")
        for word in item.when.words:
            self.known(item.place, "is", word, self.words(other), "那一项的一个回答", "an answer of that item")

    # -- the form ---------------------------------------------------------------------------------
    def around(self) -> None:
        """How often, what follows for procedures, what is worked out."""
        form, place = self.form, self.form.place
        for every in form.every:
            parameter = self.book.parameters.get(every.months)
            if self.known(place, "months", every.months, self.book.parameters, "已定义的参数", "a declared parameter"):
                assert parameter is not None
                if parameter.type.kind != "integer":
                    self.add(place, f"months：{every.months}", f"months: {every.months}", "整数参数（月）",
                             "a whole number of months")  # fmt: skip
        conditions = {name for one in self.book.procedures.values() for name in one.conditions}
        for one in form.conclusions:
            self.known(place, "conclusions", one.condition, conditions, "某一程序的条件", "a condition of a procedure")
            for name in (*one.all, *one.any):
                if self.known(place, one.condition, name, self.items, "本表的项目", "an item of the form"):
                    self._fits(one.condition, name, bool(one.all))
        for worked in form.works_out:
            policy = self.book.policies.get(worked.policy)
            if self.known(place, "policy", worked.policy, self.book.policies, "已定义的政策", "a declared policy"):
                assert policy is not None
                ids = [clause.id for clause in (*policy.conditions, *policy.exclusions)]
                for clause in worked.clauses:
                    self.known(place, "clauses", clause, ids, "该政策的条款", "a clause of the policy")

    def _fits(self, condition: str, name: str, all_: bool) -> None:
        item = self.items[name]
        if all_ and item.answer != "yes_no":
            self.add(item.place, f"{condition}：{name}", f"{condition}: {name}", "是否项目", "an item of yes or no")
        if not all_ and item.finding is None:
            self.add(item.place, f"{condition}：{name}", f"{condition}: {name}", "带有 finding 的项目",
                     "an item with a finding")  # fmt: skip
