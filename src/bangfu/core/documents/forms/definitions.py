"""A figure that a form asks for, said over the catalogue of facts."""

from __future__ import annotations

from dataclasses import dataclass, field

HOUSEHOLDS, PERSONS = "households", "persons"


@dataclass(frozen=True, slots=True)
class Ask:
    """One number out of the data: rows of `table` that hold `where`, or the sum of `total` over them.

    `kind` is count, money (fen) or decimal (thousandths).
    """

    table: str
    where: str = ""
    total: str = ""
    kind: str = "count"
    zh: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """A figure: an Ask, or one divided by another; `percent` where the quotient is a share."""

    top: Ask
    bottom: Ask | None = None
    percent: bool = False

    @property
    def zh(self) -> str:
        """The definition in words."""
        return f"{self.top.zh} ÷ {self.bottom.zh}" if self.bottom is not None else self.top.zh


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a person should look, in both languages."""

    zh: str
    en: str


@dataclass(slots=True)
class Meaning:
    """What a column asks for. `readings` are the definitions it may mean, the likeliest first; none: not known.

    `left` are the words nobody knew: then the first reading is a proposal and is not written. `money` is the yuan
    that one unit counts (0: no money), `shown` the unit as the form prints it.
    """

    text: str
    readings: list[Definition] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    left: str = ""
    money: int = 0
    percent: bool = False
    shown: str = ""

    @property
    def known(self) -> bool:
        """Whether a value may be written without asking."""
        return bool(self.readings) and not self.left
