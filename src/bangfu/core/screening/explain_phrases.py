"""The pieces of an explanation in one language: a clause, a value, a missing input, a change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from bangfu.core.rulebook.model import Label, Type
from bangfu.core.screening.explain_model import (
    ChangedFact,
    ClauseSaid,
    Compared,
    Explanation,
    MissingSaid,
    Operand,
)
from bangfu.core.screening.explain_words import range_text, validity_text, value_text, yuan

Names = Callable[[str], str]
"""From a person's number to how the family knows the person."""
MARKS = {"met": "✓", "not_met": "✗", "unknown": "?"}
STATUS = {
    "eligible": Label("符合", "entitled"),
    "ineligible": Label("不符合", "not entitled"),
    "unknown": Label("暂时无法判定", "cannot be decided yet"),
}
VERDICTS = {
    "met": Label("符合", "met"),
    "not_met": Label("不符合", "not met"),
    "unknown": Label("无法判定", "not decided"),
}
FINDINGS = {
    "agrees": Label("与应享情况一致", "as it should be"),
    "entitled_not_receiving": Label("应享而未享（漏保）", "entitled but not receiving"),
    "receiving_not_entitled": Label(
        "正在享受但不符合条件，须重新核实", "receiving but not entitled: to be verified afresh"
    ),
    "amount_differs": Label("发放金额与应发金额不一致", "the amount paid differs from the amount due"),
    "cannot_tell": Label("暂时无法比较", "cannot be compared yet"),
}
_PER = {"month": Label("/月", " per month"), "year": Label("/年", " per year")}
_MONEY = Type("money")


class Phrases:
    """What is said of one explanation, piece by piece."""

    def __init__(self, said: Explanation, language: str, names: Names | None = None) -> None:
        self.said, self.language = said, language
        self.zh = language == "zh"
        self.names = names or self._member

    def _member(self, number: str) -> str:
        return f"成员 {number}" if self.zh else f"member {number}"

    def clause_head(self, clause: ClauseSaid) -> str:
        """Text, citation, verdict."""
        text = clause.text.get(self.language) or clause.id
        verdict = VERDICTS[clause.verdict]
        if clause.kind == "exclusion":
            verdict = {
                "met": Label("无此情形", "does not apply"),
                "not_met": Label("有此情形，不予享受", "applies: refused"),
                "unknown": verdict,
            }[clause.verdict]
        kind = "" if clause.kind == "condition" else ("排除情形：" if self.zh else "Excluded: ")
        cite = "" if not clause.cite else f"（{clause.cite}）" if self.zh else f" ({clause.cite})"
        joint = "——" if self.zh else " — "
        return f"{kind}{text}{cite}{joint}{verdict.get(self.language)}"

    def clause_lines(self, clause: ClauseSaid) -> list[str]:
        """Comparisons, then what they rest on."""
        lines = [self.compared(item) for item in clause.compared]
        told = {side.name for item in clause.compared for side in (item.left, item.right) if side.name}
        rest = [operand for operand in clause.operands if operand.name not in told]
        if rest and clause.compared:
            joined = ("；" if self.zh else "; ").join(self.operand(operand) for operand in rest)
            lines.append(f"其中：{joined}" if self.zh else f"where {joined}")
        else:
            lines += [self.operand(operand) for operand in rest]
        if clause.verdict != "met":
            for operand in clause.operands:
                lines += [f"  · {self.operand(share)}" for share in shares(operand)]
        return lines

    def compared(self, item: Compared) -> str:
        """Both sides in one sentence, and by how much they differ."""
        left = self.operand(item.left)
        if item.gap is None:
            if item.left.type.kind == "code" and item.right.literal:
                return left
            value = self.value(item.right)
            right = (
                self.operand(item.right)
                if not item.right.literal
                else f"对照 {value}"
                if self.zh
                else f"against {value}"
            )
            return f"{left}；{right}" if self.zh else f"{left}; {right}"
        relation, size = self._relation(item)
        right = self._right(item.right)
        if self.zh:
            return f"{left}，{relation}{right}" + (f"，相差 {size}" if item.gap else "")
        return f"{left}, {relation} {right}" + (f", by {size}" if item.gap else "")

    def _right(self, side: Operand) -> str:
        """The right side: a name with its value, a value with its words, or a plain number."""
        label, value = side.label.get(self.language), self.value(side)
        if side.literal:
            return f" {value}" if self.zh else value
        if side.name:
            return f"{label} {value}{self._source(side)}"
        return f" {value}（{label}）" if self.zh else f"{value} ({label})"

    def _relation(self, item: Compared) -> tuple[str, str]:
        """What the values are to each other, and the difference."""
        gap = item.gap
        assert gap is not None
        if item.left.type.kind == "date":
            words = (Label("早于", "earlier than"), Label("即", "the same as"), Label("晚于", "later than"))
            size = f"{abs(gap)} 天" if self.zh else f"{abs(gap)} days"
        else:
            words = (Label("低于", "below"), Label("等于", "equal to"), Label("高于", "above"))
            kind = Type(item.left.type.kind) if item.left.type.kind == "money" else Type("decimal")
            size = value_text(self.said.book, kind, abs(Fraction(gap)), self.language)
        return words[0 if gap < 0 else 2 if gap > 0 else 1].get(self.language), size

    def operand(self, operand: Operand) -> str:
        """Name, value, and for a parameter where it comes from."""
        label = operand.label.get(self.language) or operand.name
        who = f"{self.names(operand.whose)} " if operand.whose and not operand.whose.startswith("#") else ""
        value = self.value(operand)
        if self.zh:
            return f"{who}{label}{'：' if operand.type.kind == 'boolean' else ' '}{value}{self._source(operand)}"
        return f"{who}{label}: {value}{self._source(operand)}"

    def value(self, operand: Operand) -> str:
        """The value, or what is known of it."""
        book = self.said.book
        if operand.known:
            return value_text(book, operand.type, operand.low, self.language)
        return range_text(book, operand.type, operand.low, operand.high, self.language)

    def _source(self, operand: Operand) -> str:
        source = operand.source
        if source is None:
            return ""
        dates = validity_text(source.start, source.end, self.language)
        document, table = source.document, self.said.book.parameters[source.parameter].table
        if table is not None and document == table.table:
            document = f"数据表 {document}" if self.zh else f"data table {document}"
        told = ("，" if self.zh else ", ").join(part for part in (document, dates) if part)
        if not told:
            return ""
        return f"（{told}）" if self.zh else f" ({told})"

    # -- amount, now, missing, changes ------------------------------------------------------------
    def amount(self) -> list[str]:
        """What is due and how it comes about."""
        amount, said = self.said.amount, self.said
        if amount is None or said.status == "ineligible":
            return []
        per = _PER[amount.per].get(self.language) if amount.per in _PER else ""
        if amount.fen is not None:
            text = f"应发 {yuan(amount.fen)} 元{per}" if self.zh else f"Due: {yuan(amount.fen)} yuan{per}"
        else:
            low, high = amount.min_fen, amount.max_fen
            ends = range_text(said.book, _MONEY, low, high, self.language)
            text = f"应发金额{ends}" if self.zh else f"The amount due is {ends}"
        formula = amount.formula.get(self.language)
        if said.status == "unknown":
            text = f"如符合条件，{text}" if self.zh else f"If entitled: {text}"
        lines = [text, f"算法：{formula}" if self.zh else f"Computed as: {formula}"]
        for operand in amount.parts:
            lines.append(f"  {self.operand(operand)}")
        return lines

    def now(self) -> list[str]:
        """What is received, and how that fits."""
        said = self.said
        if said.receives is None and said.finding is None:
            return []
        if said.receives is None:
            lines = ["是否正在享受：未知" if self.zh else "Receiving now: not known"]
        elif said.receives:
            paid = ""
            if said.paid_fen is not None:
                per = _PER.get(said.amount.per if said.amount else "", Label()).get(self.language)
                paid = f"，现发 {yuan(said.paid_fen)} 元{per}" if self.zh else f", {yuan(said.paid_fen)} yuan{per}"
            lines = [f"正在享受{paid}" if self.zh else f"Receiving now{paid}"]
        else:
            lines = ["未享受" if self.zh else "Not receiving now"]
        if said.overlap:
            others = ("、" if self.zh else ", ").join(title.get(self.language) for title in said.not_with)
            lines.append(
                f"与不得同时享受的待遇（{others}）重复"
                if self.zh
                else f"Received together with what it excludes ({others})"
            )
        if said.finding is not None:
            finding = FINDINGS[said.finding].get(self.language)
            lines.append(f"核对结果：{finding}" if self.zh else f"Finding: {finding}")
        return lines

    def missing(self) -> list[str]:
        """Each missing input, whose, from whom."""
        return [f"- {self.missing_line(item)}" for item in self.said.missing]

    def missing_line(self, item: MissingSaid) -> str:
        """One missing input."""
        label, who = item.label.get(self.language) or item.id, item.who.get(self.language)
        persons = ("、" if self.zh else ", ").join(self.names(number) for number in item.persons)
        if self.zh:
            return f"{persons + ' 的' if persons else ''}{label}：{who}"
        return f"{label}{' of ' + persons if persons else ''}: {who}"

    def changes(self) -> list[str]:
        """What would turn the answer."""
        found = []
        for change in self.said.changes or ():
            joint = "，并且" if self.zh else ", and "
            facts = joint.join(self.changed(fact) for fact in change.facts)
            status = STATUS[change.status].get(self.language)
            found.append(f"- 若{spaced(facts)}，则{status}" if self.zh else f"- {status} if {facts}")
        return found

    def changed(self, fact: ChangedFact) -> str:
        """One fact as it is and as it would have to be."""
        book, label = self.said.book, fact.label.get(self.language) or fact.fact
        now, then = (value_text(book, fact.type, value, self.language) for value in (fact.now, fact.then))
        who = self.names(fact.whose) if fact.whose else ""
        if self.zh:
            word = {"at_least": "达到或超过", "at_most": "不超过", "is": "为"}[fact.direction]
            return f"{who + ' 的' if who else ''}{label}{word} {then}（现为 {now}）"
        word = {"at_least": "is at least", "at_most": "is at most", "is": "is"}[fact.direction]
        return f"{label}{' of ' + who if who else ''} {word} {then} (now {now})"


def shares(operand: Operand, depth: int = 0) -> Sequence[Operand]:
    """The members' shares of a household's value: the first level that names whose they are."""
    found = [part for part in operand.parts if part.whose]
    if found or depth > 3:
        return found
    unnamed = [share for part in operand.parts for share in shares(part, depth + 1)]
    plain = [part for part in operand.parts if not part.parts and depth == 0]
    return [*plain, *unnamed]


def spaced(text: str) -> str:
    """A space before Latin letters and digits that follow Chinese."""
    return f" {text}" if text[:1].isascii() else text
