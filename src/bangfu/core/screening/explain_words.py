"""Typed expressions and values in words, Chinese and English."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from bangfu.core.rulebook import typed
from bangfu.core.rulebook.model import Label, Rulebook, Type

Told = int | Fraction | Decimal | bool | date | str | None
"""A value as an explanation holds it: money in fen, numbers exact."""

_SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷", "//": "÷"}
_COMPARED = {
    "<": Label("低于", "below"), "<=": Label("不高于", "at most"), "=": Label("为", "equal to"),
    "<>": Label("不为", "other than"), ">": Label("高于", "above"), ">=": Label("不低于", "at least"),
}  # fmt: skip
_PERIODS = {"month": Label("/月", " per month"), "year": Label("/年", " per year")}
_YES, _NO = Label("是", "yes"), Label("否", "no")
NOT_KNOWN = Label("未知", "not known")


class Words:
    """Phrases for the expressions of one rulebook."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book

    def phrase(self, node: typed.Typed) -> Label:
        """An expression in words; names by their labels."""
        return Label(self._text(node, "zh"), self._text(node, "en"))

    def _text(self, node: typed.Typed, language: str) -> str:
        def say(part: typed.Typed) -> str:
            return self._text(part, language)

        match node:
            case typed.Const():
                return value_text(self.book, node.type, node.value, language, period=False)
            case typed.FactRef():
                return node.fact.label.get(language) or node.fact.name
            case typed.ParameterRef():
                return node.parameter.label.get(language) or node.name
            case typed.AsOf():
                return "基准日" if language == "zh" else "the date of reference"
            case typed.Lift():
                return say(node.inner)
            case typed.Outcome():
                title = self.book.policies[node.policy].title.get(language) or node.policy
                words = {
                    "eligible": Label("符合“{}”", "entitled to “{}”"),
                    "amount": Label("“{}”金额", "amount of “{}”"),
                }
                return words[node.kind].get(language).format(title)
            case typed.Gather():
                return self._gathered(node, language)
            case typed.Arithmetic():
                inner = [self._bracketed(part, node, language) for part in (node.left, node.right)]
                return f" {_SIGNS[node.op]} ".join(inner)
            case typed.Compare():
                gap = "" if language == "zh" else " "
                return f"{say(node.left)}{gap}{_COMPARED[node.op].get(language)} {say(node.right)}"
            case typed.Logic():
                word = {"and": Label("且", "and"), "or": Label("或", "or")}[node.op].get(language)
                return f"{say(node.left)} {word} {say(node.right)}"
            case typed.Not():
                return self._negated(node.operand, language)
            case typed.Negate():
                return f"−{say(node.operand)}"
            case _:
                return self._rest(node, language, say)

    def _negated(self, node: typed.Typed, language: str) -> str:
        """`not x`; a comparison is turned round."""
        if isinstance(node, typed.Compare):
            turned = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "<>", "<>": "="}[node.op]
            return self._text(typed.Compare(node.type, node.unit, turned, node.left, node.right), language)
        text = self._text(node, language)
        plain = isinstance(node, typed.FactRef)
        if language == "zh":
            return f"非{text}" if plain else f"并非（{text}）"
        return f"not {text}" if plain else f"not ({text})"

    def _rest(self, node: typed.Typed, language: str, say: Callable[[typed.Typed], str]) -> str:
        zh = language == "zh"
        match node:
            case typed.Member():
                items = ("、" if zh else ", ").join(
                    value_text(self.book, node.operand.type, item, language) for item in node.items
                )
                return f"{say(node.operand)}为{items}" if zh else f"{say(node.operand)} is one of {items}"
            case typed.Missing():
                return f"{say(node.operand)}未填" if zh else f"{say(node.operand)} is not recorded"
            case typed.Choice():
                return self._choice(node, say, zh=zh)
            case typed.Function():
                inner = [say(argument) for argument in node.arguments]
                return self._function(node.function, inner, zh=zh)
        return ""

    def _choice(self, node: typed.Choice, say: Callable[[typed.Typed], str], *, zh: bool) -> str:
        if zh:
            branches = [f"{say(when)}时取 {say(value)}" for when, value in node.branches]
            rest = [] if node.otherwise is None else [f"其余取 {say(node.otherwise)}"]
            return "；".join([*branches, *rest])
        branches = [f"{say(value)} where {say(when)}" for when, value in node.branches]
        rest = [] if node.otherwise is None else [f"else {say(node.otherwise)}"]
        return "; ".join([*branches, *rest])

    def _function(self, name: str, inner: list[str], *, zh: bool) -> str:
        first = inner[0]
        listed = ("、" if zh else ", ").join(inner)
        words = {
            "least": (f"（{listed}）中较小者", f"the least of ({listed})"),
            "greatest": (f"（{listed}）中较大者", f"the greatest of ({listed})"),
            "abs": (f"（{first}）的绝对值", f"the absolute value of ({first})"),
            "coalesce": (f"（{listed}）中第一个已知的", f"the first known of ({listed})"),
            "floor": (f"（{first}）取整", f"({first}) rounded down"),
            "round_half_up": (f"（{first}）四舍五入", f"({first}) rounded"),
            "years": (f"从{first}到{inner[-1]}的周年数", f"full years from {first} to {inner[-1]}"),
            "months": (f"从{first}到{inner[-1]}的整月数", f"full months from {first} to {inner[-1]}"),
            "days": (f"从{first}到{inner[-1]}的天数", f"days from {first} to {inner[-1]}"),
        }
        zh_text, en_text = words[name]
        return zh_text if zh else en_text

    def _gathered(self, node: typed.Gather, language: str) -> str:
        zh = language == "zh"
        table = self.book.tables[node.table]
        rows = table.label.get(language) or node.table
        if table.of == "person" and table.key:
            rows = "家庭成员" if zh else "members"
        value = "" if node.value is None else self._text(node.value, language)
        where = "" if node.where is None else self._text(node.where, language)
        if zh:
            scope = f"{where}的{rows}" if where else rows
            text = {
                "count": f"{scope}数量", "sum": f"{scope}的{value}合计", "any": f"有{rows}符合：{value}",
                "all": f"所有{rows}都符合：{value}", "min": f"{scope}的{value}最小值", "max": f"{scope}的{value}最大值",
            }  # fmt: skip
        else:
            scope = f"{rows} where {where}" if where else rows
            text = {
                "count": f"number of {scope}", "sum": f"sum of {value} over {scope}",
                "any": f"some of {rows} where {value}", "all": f"all {rows} with {value}",
                "min": f"least {value} over {scope}", "max": f"greatest {value} over {scope}",
            }  # fmt: skip
        return text[node.function]

    def _bracketed(self, part: typed.Typed, whole: typed.Arithmetic, language: str) -> str:
        text = self._text(part, language)
        weak = isinstance(part, typed.Choice) or (isinstance(part, typed.Arithmetic) and part.op in "+-")
        return f"（{text}）" if weak and (whole.op not in "+-" or part is whole.right) else text


def yuan(fen: int | Fraction | Decimal) -> str:
    """Fen as yuan with two decimals; parts of a fen are shown where there are any."""
    exact = Fraction(fen)
    if exact.denominator == 1:
        return f"{Decimal(exact.numerator) / 100:.2f}"
    return f"{Decimal(exact.numerator) / Decimal(exact.denominator) / 100:.4f}"


def number_text(value: int | Fraction | Decimal) -> str:
    """A plain number without needless zeros."""
    exact = Fraction(value)
    if exact.denominator == 1:
        return str(exact.numerator)
    return f"{Decimal(exact.numerator) / Decimal(exact.denominator):.6f}".rstrip("0").rstrip(".")


def day_text(day: date, language: str) -> str:
    """2024年7月1日, or 2024-07-01."""
    return f"{day.year}年{day.month}月{day.day}日" if language == "zh" else day.isoformat()


def value_text(book: Rulebook, kind: Type, value: object, language: str, *, period: bool = True) -> str:
    """One value in words; money with 元, conditions as 是/否, codes by their labels."""
    if value is None:
        return NOT_KNOWN.get(language)
    if kind.kind == "boolean" or isinstance(value, bool):
        return (_YES if value else _NO).get(language)
    if isinstance(value, date):
        return day_text(value, language)
    if kind.kind == "code" and kind.code in book.codes:
        plain = int(value) if isinstance(value, Fraction) else value
        for entry in book.codes[kind.code].values:
            if entry.value == plain:
                return entry.label.get(language) or str(plain)
    if isinstance(value, str):
        return value
    assert isinstance(value, int | Fraction | Decimal)
    if kind.kind == "money":
        suffix = _PERIODS[kind.period].get(language) if period and kind.period in _PERIODS else ""
        return f"{yuan(value)} 元{suffix}" if language == "zh" else f"{yuan(value)} yuan{suffix}"
    return number_text(value)


def range_text(book: Rulebook, kind: Type, low: Told, high: Told, language: str) -> str:
    """What is known of a value that is not known exactly."""
    if kind.kind in ("boolean", "text", "code") or (low is None and high is None):
        return NOT_KNOWN.get(language)
    ends = [None if end is None else value_text(book, kind, end, language) for end in (low, high)]
    if language == "zh":
        if ends[0] is None or ends[1] is None:
            return f"尚不确定，不少于 {ends[0]}" if ends[0] is not None else f"尚不确定，不超过 {ends[1]}"
        return f"尚不确定，在 {ends[0]} 至 {ends[1]} 之间"
    if ends[0] is None or ends[1] is None:
        return f"not certain, at least {ends[0]}" if ends[0] is not None else f"not certain, at most {ends[1]}"
    return f"not certain, between {ends[0]} and {ends[1]}"


def validity_text(start: date | None, end: date | None, language: str) -> str:
    """From when to when a parameter's value holds; `end` is the first day on which it no longer does."""
    last = None if end is None else end - timedelta(days=1)
    if language == "zh":
        since = "" if start is None else f"{day_text(start, 'zh')}起"
        until = "" if last is None else f"至{day_text(last, 'zh')}"
        return since + until
    since = "" if start is None else f"from {start.isoformat()}"
    until = "" if last is None else f"to {last.isoformat()}"
    return " ".join(part for part in (since, until) if part)
