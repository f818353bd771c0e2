"""Rows of which it must be asked whether a careful clerk with the registry at hand could tell whom they are about.

The clerk has number, name and date of birth. Where the number is nearly whole nothing needs asking. Else name and
date of birth, or name and the last four places of the number, must fit one registered person and no other; a name
alone, even a rare one, tells nobody, since a stranger may bear it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

from bangfu.core.demo.people import check_character

MEANS = {
    "vehicles": "机动车文件",
    "real_estate": "不动产文件",
    "business_registrations": "市场主体文件",
    "financial_assets": "金融资产文件",
}
"""Files whose silence a truth may hang on: what they do not list, the household does not have."""
TruthKey = tuple[str, str, str]
"""Month, household number and cause."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A row without a whole number. `birth`: the date in the file, None where it has none; `shown`: the eighteen places
    with `?` for what cannot be read; `owner`: the registered person's number, empty for a stranger; `reveals`: the
    truths that only this row shows."""

    month: str
    file: str
    name: str
    birth: date | None
    shown: str
    owner: str
    reveals: tuple[TruthKey, ...]

    @property
    def known_birth(self) -> str:
        """The date of birth as eight digits, from the file or from the number; empty where neither shows it."""
        if self.birth is not None:
            return f"{self.birth:%Y%m%d}"
        return "" if "?" in self.shown[6:14] else self.shown[6:14]

    def fits(self, number: str) -> bool:
        """Whether the person of that number, bearing the name, may be meant."""
        seen = all(a in ("?", b) for a, b in zip(self.shown, number, strict=True))
        return seen and self.known_birth in ("", number[6:14])

    @property
    def telling(self) -> bool:
        """Whether there is enough to name anybody."""
        return bool(self.known_birth) or "?" not in self.shown[14:]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A truth that holds only if the household has nothing in the files of its means. `members`: (name, number)."""

    truth: TruthKey
    members: tuple[tuple[str, str], ...]


class Register:
    """Names and numbers of everybody registered in the county, sixteen bytes a person."""

    def __init__(self) -> None:
        self._names, self._numbers = array("Q"), array("Q")

    def add(self, name: str, number: str) -> None:
        """Note a person."""
        self._names.append(_hashed(name))
        self._numbers.append(int(number[:17]))

    def bearers(self, names: Iterable[str]) -> dict[str, set[str]]:
        """The numbers of all who bear each of the names."""
        wanted = {_hashed(name): name for name in names}
        found: dict[str, set[str]] = {name: set() for name in wanted.values()}
        for at, hashed in enumerate(self._names):
            if hashed in wanted:
                body = f"{self._numbers[at]:017d}"
                found[wanted[hashed]].add(body + check_character(body))
        return found


def _hashed(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")


@dataclass(frozen=True, slots=True)
class Blurred:
    """A truth that the files cannot show, since nobody can tell whom a row is about, and what to note.

    `by_silence`: the row may be about the household, so its having nothing is not certain; else the row is the one
    that would have shown the truth.
    """

    truth: TruthKey
    note_zh: str
    by_silence: bool


def blurred(doubts: list[Doubt], register: Register, waiting: list[Waiting]) -> Iterator[Blurred]:
    """The truths that rows of unknown owners take out of reach."""
    bearers = register.bearers({doubt.name for doubt in doubts})
    by_name: dict[tuple[str, str], list[tuple[Waiting, str]]] = {}
    for truth in waiting:
        for name, number in truth.members:
            by_name.setdefault((truth.truth[0], name), []).append((truth, number))
    for doubt in doubts:
        candidates = {number for number in bearers[doubt.name] if doubt.fits(number)}
        if doubt.telling and candidates <= {doubt.owner}:
            continue
        for key in doubt.reveals:
            yield Blurred(key, "部门文件中该行的证件号码不可用，凭姓名不能确定是谁", False)
        if doubt.file in MEANS:
            for truth, number in by_name.get((doubt.month, doubt.name), ()):
                if doubt.fits(number):
                    note = f"{MEANS[doubt.file]}中有一行姓名相同而证件号码不可用，不能排除是本户"
                    yield Blurred(truth.truth, note, True)
