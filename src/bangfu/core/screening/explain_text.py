"""An explanation as a letter that an officer can hand to a family, and as one line for a worklist."""

from __future__ import annotations

from collections.abc import Sequence

from bangfu.core.rulebook.model import Label
from bangfu.core.screening.explain_model import ClauseSaid, Compared, Explanation, Operand
from bangfu.core.screening.explain_phrases import MARKS, STATUS, Names, Phrases, spaced
from bangfu.core.screening.explain_words import day_text, yuan

__all__ = ["Letter", "Names", "letter", "reason"]


def letter(found: Sequence[Explanation], language: str = "zh", names: Names | None = None) -> str:
    """All explanations as text, one letter after another."""
    return "\n\n".join("\n".join(Letter(one, language, names).lines()) for one in found)


class Letter(Phrases):
    """One explanation as a letter; its pieces are what the page shows, too."""

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
        line = reason_of(self, headed=False)
        head = f"结论：{verdict}。" if self.zh else f"Conclusion: {verdict}. "
        if not line and self.said.status == "eligible":
            line = "各项条件均满足，没有排除情形。" if self.zh else "Every condition is met and nothing excludes."
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


def reason(said: Explanation, language: str = "zh", names: Names | None = None, *, headed: bool = True) -> str:
    """One line for a worklist: the answer, the clause, the values, the amount or what is missing.

    `headed` puts the answer itself in front.
    """
    return reason_of(Letter(said, language, names), headed=headed)


def reason_of(text: Letter, *, headed: bool = True) -> str:
    """The same out of a letter, in the letter's own way of telling values."""
    body = ("；" if text.zh else "; ").join(part for part in _reasons(text) if part)
    if not headed:
        return body + ("。" if text.zh else ".") if body else ""
    head = _heads(text.said).get(text.language)
    return f"{head}{'：' if text.zh else ': '}{body}" if body else head


def _heads(said: Explanation) -> Label:
    """The answer, with what is received where that does not fit."""
    if said.overlap:
        zh, en = ("、".join(t.zh for t in said.not_with), ", ".join(t.get("en") for t in said.not_with))
        return Label(f"与不得同享的{zh}重复享受", f"Received together with what it excludes ({en})")
    if said.status == "ineligible":
        if said.finding == "receiving_not_entitled":
            return Label("不符合条件而在享受", "Receiving but not entitled")
        return Label("不符合", "Not entitled")
    if said.status == "unknown":
        return Label("无法判定", "Cannot be decided")
    if said.finding == "entitled_not_receiving":
        return Label("符合全部条件而未享受", "All conditions are met but nothing is received")
    if said.finding == "amount_differs":
        return Label("符合全部条件，金额不一致", "All conditions are met, the amount differs")
    return Label("符合全部条件", "All conditions are met")


def _reasons(text: Letter) -> list[str]:
    said, zh = text.said, text.zh
    if said.status == "ineligible":
        failing = [clause for clause in said.clauses if clause.verdict == "not_met"]
        told = [_clause_reason(text, clause) for clause in failing[:2]]
        if len(failing) > 2:
            told.append(f"另有 {len(failing) - 2} 项" if zh else f"and {len(failing) - 2} more")
        return told
    if said.status == "unknown":
        items = [text.missing_line(item).split("：" if zh else ": ")[0] for item in said.missing]
        listed = ("、" if zh else ", ").join(items[:4]) + (("等" if zh else " and more") if len(items) > 4 else "")
        return [f"缺少{spaced(listed)}" if zh else f"{listed} missing"] if items else []
    paid = ""
    if said.finding == "amount_differs" and said.paid_fen is not None:
        paid = f"现发 {yuan(said.paid_fen)} 元" if zh else f"paid: {yuan(said.paid_fen)} yuan"
    return [_decisive(text), *text.amount()[:1], paid]


def _decisive(text: Letter) -> str:
    """The comparison that an entitled family would ask for: one of money that holds, else the first that holds."""
    clauses = [clause for clause in text.said.clauses if clause.kind == "condition"]
    held = [(clause, item) for clause in clauses for item in clause.compared if item.holds]
    held.sort(key=lambda pair: pair[1].left.type.kind != "money")
    return _with_sources(text, *held[0]) if held else ""


def _clause_reason(text: Letter, clause: ClauseSaid) -> str:
    """The clause and the comparison that failed; an excluded case without one is told by its operand."""
    words = clause.text.get(text.language) or clause.id
    cite = "" if not clause.cite else f"（{clause.cite}）" if text.zh else f" ({clause.cite})"
    excluded = clause.kind == "exclusion"
    decisive = [item for item in clause.compared if item.holds is excluded] or list(clause.compared)
    values = _with_sources(text, clause, decisive[0]) if decisive else ""
    if not values and clause.operands:
        values = text.operand(clause.operands[0])
    if text.zh:
        head = f"有排除情形——{words}" if excluded else f"不满足“{words}”"
    else:
        head = f"excluded: {words}" if excluded else f"not met: {words}"
    return f"{head}{cite}" + (f"{'：' if text.zh else ': '}{values}" if values else "")


def _with_sources(text: Letter, clause: ClauseSaid, item: Compared) -> str:
    """A comparison, and the parameters behind a side that is a formula."""
    line = text.compared(item)
    if item.right.name or item.right.literal:
        return line
    named = [operand for operand in clause.operands if operand.source is not None and _within(operand, item.right)]
    told = ("、" if text.zh else ", ").join(text.operand(operand) for operand in named[:2])
    return f"{line}；{told}" if told and text.zh else f"{line}; {told}" if told else line


def _within(operand: Operand, side: Operand) -> bool:
    return operand.label.zh in side.label.zh
