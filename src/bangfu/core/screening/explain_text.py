"""An explanation as a letter that an officer can hand to a family, and as one line for a worklist."""

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
from bangfu.core.screening.explain_words import day_text, range_text, validity_text, value_text, yuan

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


def letter(found: Sequence[Explanation], language: str = "zh", names: Names | None = None) -> str:
    """All explanations as text, one letter after another."""
    return "\n\n".join("\n".join(Letter(one, language, names).lines()) for one in found)


class Letter:
    """One explanation in one language; its pieces are what the page shows, too."""

    def __init__(self, said: Explanation, language: str, names: Names | None = None) -> None:
        self.said, self.language = said, language
        self.zh = language == "zh"
        self.names = names or self._member

    def _member(self, number: str) -> str:
        return f"成员 {number}" if self.zh else f"member {number}"

    def lines(self) -> list[str]:
        """The whole letter."""
        parts = [
            [self.heading(), "=" * 40, *self.preamble(), ""],
            [self.conclusion(), ""],
            [self.title("clauses"), *[line for item in self.clauses() for line in item], ""],
            *[[self.title(name), *lines, ""] for name, lines in self.sections() if lines],
            [self.closing()],
        ]
        return [line for part in parts for line in part]

    def sections(self) -> list[tuple[str, list[str]]]:
        """What follows the clauses; empty ones are left out."""
        return [
            ("amount", self.amount()),
            ("now", self.now()),
            ("missing", self.missing()),
            ("changes", self.changes()),
        ]

    def title(self, name: str) -> str:
        """The heading of a section."""
        titles = {
            "clauses": Label("一、逐条核对", "Each condition"),
            "amount": Label("二、金额", "The amount"),
            "now": Label("三、目前享受情况", "What is received now"),
            "missing": Label("四、还缺什么、由谁提供", "What is missing, and who can supply it"),
            "changes": Label("五、什么变化会改变结论", "What would change the answer"),
        }
        if not self.zh:
            return titles[name].en
        present = ["clauses", *[key for key, lines in self.sections() if lines]]
        return "一二三四五"[present.index(name)] + titles[name].zh[1:]

    # -- head -------------------------------------------------------------------------------------
    def heading(self) -> str:
        """What the letter is about."""
        title = self.said.title.get(self.language)
        who = self._unit()
        return f"关于 {who}“{title}”的说明" if self.zh else f"{title}: explanation for {who}"

    def _unit(self) -> str:
        said = self.said
        if said.person_no is not None:
            person = self.names(str(said.person_no))
            return f"{said.household_no} 户{person}" if self.zh else f"{person} of household {said.household_no}"
        if said.household_no is None:
            return f"第 {said.row + 1} 行" if self.zh else f"row {said.row + 1}"
        return f"{said.household_no} 户" if self.zh else f"household {said.household_no}"

    def preamble(self) -> list[str]:
        """Law, date and rules."""
        said, day = self.said, day_text(self.said.as_of, self.language)
        if self.zh:
            law = [f"依据：{said.authority}"] if said.authority else []
            return [*law, f"基准日：{day}；规则：{said.rulebook} {said.version}"]
        law = [f"Under: {said.authority}"] if said.authority else []
        return [*law, f"As of: {day}; rulebook: {said.rulebook} {said.version}"]

    def conclusion(self) -> str:
        """The answer and its first reason."""
        verdict = STATUS[self.said.status].get(self.language)
        line = reason(self.said, self.language, self.names, headed=False)
        head = f"结论：{verdict}。" if self.zh else f"Conclusion: {verdict}. "
        return head + line

    def closing(self) -> str:
        """How to disagree, and that nothing is decided here."""
        if self.zh:
            return (
                "本说明由登记信息和上列规定计算得出，供核实和告知使用；最终以审核确认机关的书面决定为准。"
                "如登记信息有误，可向村（社区）或乡镇（街道）提出更正。"
            )
        return (
            "This explanation is computed from the recorded facts and the rules named above, for verification and "
            "information; the written decision of the authority prevails. Wrong records can be corrected at the "
            "village or the township."
        )

    # -- clauses ----------------------------------------------------------------------------------
    def clauses(self) -> list[list[str]]:
        """Each clause with its comparisons and operands."""
        return [self.clause(number, clause) for number, clause in enumerate(self.said.clauses, 1)]

    def clause(self, number: int, clause: ClauseSaid) -> list[str]:
        """One clause: verdict, text, citation; then values."""
        first = f"{number}. {MARKS[clause.verdict]} {self.clause_head(clause)}"
        return [first, *[f"     {line}" for line in self.clause_lines(clause)]]

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
            found.append(f"- 若 {facts}，则{status}" if self.zh else f"- {status} if {facts}")
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


_MONEY = Type("money")


def reason(said: Explanation, language: str = "zh", names: Names | None = None, *, headed: bool = True) -> str:
    """One line for a worklist: the answer, the clause, the values, the amount or what is missing."""
    text = Letter(said, language, names)
    zh = language == "zh"
    stop, colon, semicolon = ("", "：", "；") if zh else ("", ": ", "; ")
    if said.status == "ineligible":
        failing = [clause for clause in said.clauses if clause.verdict == "not_met"]
        told = [_clause_reason(text, clause, colon) for clause in failing[:2]]
        if len(failing) > 2:
            told.append(f"另有 {len(failing) - 2} 项" if zh else f"and {len(failing) - 2} more")
        head = "不符合" if zh else "Not entitled"
        body = semicolon.join(told)
    elif said.status == "unknown":
        items = [text.missing_line(item).split("：" if zh else ": ")[0] for item in said.missing]
        listed = ("、" if zh else ", ").join(items[:4]) + (("等" if zh else " and more") if len(items) > 4 else "")
        head, body = ("无法判定", f"缺少 {listed}") if zh else ("Cannot be decided", f"{listed} missing")
    else:
        head = "符合全部条件" if zh else "All conditions are met"
        if said.finding == "entitled_not_receiving":
            head += "而未享受" if zh else " but nothing is received"
        deciding = [item for clause in said.clauses for item in clause.compared if clause.kind == "condition"]
        told = [text.compared(deciding[0])] if deciding else []
        body = semicolon.join([*told, *text.amount()[:1]])
    if not headed:
        return body + ("。" if zh and body else "." if body else "")
    return f"{head}{colon}{body}{stop}" if body else head


def _clause_reason(text: Letter, clause: ClauseSaid, colon: str) -> str:
    """The clause and the comparison that failed; an excluded case without one is told by its text alone."""
    words = clause.text.get(text.language) or clause.id
    cite = "" if not clause.cite else f"（{clause.cite}）" if text.zh else f" ({clause.cite})"
    bad = clause.kind == "exclusion"
    decisive = [item for item in clause.compared if item.holds is bad] or list(clause.compared)
    values = text.compared(decisive[0]) if decisive else ""
    if not values and clause.operands:
        values = text.operand(clause.operands[0])
    prefix = "" if not bad else ("有排除情形——" if text.zh else "excluded: ")
    negated = prefix or ("不满足“" if text.zh else "")
    close = "”" if text.zh and not bad else ""
    return f"{negated}{words}{close}{cite}{colon + values if values else ''}"


def shares(operand: Operand, depth: int = 0) -> Sequence[Operand]:
    """The members' shares of a household's value: the first level that names whose they are."""
    found = [part for part in operand.parts if part.whose]
    if found or depth > 3:
        return found
    unnamed = [share for part in operand.parts for share in shares(part, depth + 1)]
    plain = [part for part in operand.parts if not part.parts and depth == 0]
    return [*plain, *unnamed]
