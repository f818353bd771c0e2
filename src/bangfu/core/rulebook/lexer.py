"""Expression text to tokens. Everything that is not in the language stops here with a clear word."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bangfu.core.rulebook.mistakes import ExpressionError

MAX_LENGTH = 10_000
MAX_DIGITS = 18
KEYWORDS = frozenset(
    [
        "and",
        "or",
        "not",
        "in",
        "between",
        "is",
        "null",
        "case",
        "when",
        "then",
        "else",
        "end",
        "where",
        "at",
        "true",
        "false",
    ],
)
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>\d[\d_]*(?:\.\d+)?(?![\w.]))
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | '(?P<text>(?:[^']|'')*)'
    | (?P<op><=|>=|<>|!=|//|[-+*/()<>=,.])
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is number, name, keyword, text, op or end; `at` is the 0-based offset."""

    kind: str
    value: str
    at: int


def tokens(text: str) -> list[Token]:
    """Split `text`; raises ExpressionError at the first character that fits nothing."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(0, f"{len(text)} characters", f"at most {MAX_LENGTH} in one expression")
    found: list[Token] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            start = position + len(text[position:]) - len(text[position:].lstrip())
            raise ExpressionError(start, repr(text[start : start + 12]), _expected_instead(text, start))
        found.append(_token(match))
        position = match.end()
    found.append(Token("end", "", end))
    return found


def _token(match: re.Match[str]) -> Token:
    kind = str(match.lastgroup)
    value, at = match.group(kind), match.start(kind)
    if kind == "name" and value.lower() in KEYWORDS:
        return Token("keyword", value.lower(), at)
    if kind == "number":
        value = value.replace("_", "")
        if len(value.replace(".", "")) > MAX_DIGITS:
            raise ExpressionError(at, f"a number of {len(value)} digits", f"at most {MAX_DIGITS} digits")
    if kind == "text":
        return Token(kind, value.replace("''", "'"), at - 1)
    return Token(kind, "<>" if value == "!=" else value, at)


def _expected_instead(text: str, at: int) -> str:
    if text[at] == '"':
        return "text in single quotes"
    if text[at] == "'":
        return "a closing single quote"
    if text[at].isdigit():
        return "a plain number such as 12 or 0.35"
    return "a name, a number, text in single quotes or an operator of the language"
