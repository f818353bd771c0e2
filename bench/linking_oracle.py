"""A slow, plain linker, to compare decisions with on small data; it shares nothing with the matching code.

    python bench/linking_oracle.py DATA [--links LINKS.parquet] [--show 20]

DATA is a folder of linking_data.py, of at most some ten thousand persons: every row whose number is not simply found is
compared with every person. Prints the oracle's own score by kind of error and, with `--links`, where the links differ:
rows that either of both settles and the other does not, or settles on another person, with what the truth says.

The rules, from the specification alone. A number as read is `equal` (a valid one that is registered; 15 digits,
certificates, spaces and look-alikes read as what they stand for), `near` (one slip of the keyboard, or all that is
legible fits), `silent` (missing, a placeholder, little legible) or `other`. A name is equal, near (one character, its
sound, a part), silent or other. A row is settled on a person if exactly one person fits:
equal number and a name that is at least near; near number and equal name, or near name with equal birth date; silent
or other number and equal name, birth date and sex. It goes to review if something fits but contradicts or is not
unique. A valid number that is nobody's is left alone, whatever else fits.
"""

from __future__ import annotations

import argparse
import json
import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import opencc
import pyarrow.parquet as pq
from pypinyin import lazy_pinyin

CROSSES = str.maketrans("×ХхχΧx", "XXXXXX")
EQUAL, NEAR, SILENT, OTHER = "equal", "near", "silent", "other"
SETTLED, REVIEW, LEFT = "settled", "review", "left"


@dataclass(frozen=True)
class Person:
    """Somebody in the registry."""

    person_no: str
    household_no: str
    id_number: str
    name: str
    birth: date
    sex: str


@dataclass(frozen=True)
class Decision:
    """What becomes of a row: settled, review or left, and whom it concerns."""

    what: str
    person_no: str | None = None


def plain(text: str | None) -> str:
    """Compatibility forms, without spaces, marks and quotes."""
    wide = unicodedata.normalize("NFKC", text or "")
    return "".join(c for c in wide if unicodedata.category(c)[0] not in "ZC" and c not in "'\"`“”‘’").upper()


def check_fits(number: str) -> bool:
    """A date that exists and a check character that fits."""
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return sum_fits(number)


def sum_fits(number: str) -> bool:
    """Whether the check character fits: the weighted sum of all eighteen is 1 modulo 11 (GB 11643-1999)."""
    digits = [10 if c == "X" else int(c) for c in number]
    return sum(d * pow(2, 17 - i, 11) for i, d in enumerate(digits)) % 11 == 1


def read_number(text: str | None) -> str:
    """A number as legible: digits, X, and * for what is covered; empty if nothing is there."""
    number = re.sub(r"^[^\d*]+:", "", plain(text)).translate(CROSSES).replace("-", "")
    if re.match("9{6}|0{6}", number) or not re.search(r"\d", number):
        return ""
    number = re.sub(r"\.0*$", "", number)
    if scientific := re.fullmatch(r"(\d)\.(\d+)E\+17", number):
        known = scientific[1] + scientific[2]
        return known[:-1] + "*" * (19 - len(known))  # the last one shown is rounded
    if re.fullmatch(r"\d{15}", number):
        candidate = number[:6] + "19" + number[6:]
        return next(candidate + c for c in "0123456789X" if sum_fits(candidate + c))
    if re.fullmatch(r"\d{17}[\dX][1-7][1-4](B\d)?", number) and check_fits(number[:18]):
        return number[:18]
    if re.fullmatch(r"\d{17}[*?]", number):
        return number[:17] + "*"
    return number


def one_slip(a: str, b: str) -> bool:
    """One character exchanged, inserted or dropped, or two neighbours transposed."""
    if len(a) == len(b):
        wrong = [i for i in range(len(a)) if a[i] != b[i]]
        return len(wrong) == 1 or (len(wrong) == 2 and wrong[1] == wrong[0] + 1 and a[wrong[0]] == b[wrong[1]]
                                   and a[wrong[1]] == b[wrong[0]])  # fmt: skip
    short, long = sorted((a, b), key=len)
    return len(long) == len(short) + 1 and any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


def number_fits(read: str, number: str) -> str:
    """How a number as read stands to a registered one."""
    if read == number:
        return EQUAL
    legible = sum(c != "*" for c in read)
    if not read or legible < 6 or ("*" in read and len(read) != 18):
        return SILENT
    if "*" in read:
        return NEAR if all(a in ("*", b) for a, b in zip(read, number, strict=True)) else OTHER
    zeroed = len(read) == 18 and read.endswith("000") and read[:15] == number[:15]
    return NEAR if zeroed or one_slip(read, number) else OTHER


@cache
def converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def folded(text: str | None) -> str:
    """A name without brackets, marks and spaces, simplified."""
    name = re.sub(r"[(【].*?[)】]", "", plain(text))
    name = re.sub(r"[^\w]|_", "", name)
    return "" if name == "无" else converter().convert(name)


@cache
def sound(text: str) -> tuple[str, ...]:
    """Syllables without tones."""
    return tuple(lazy_pinyin(text))


def name_fits(said: str | None, name: str) -> str:
    """How a name in the file stands to a registered one."""
    a, b = folded(said), folded(name)
    if not a:
        return SILENT
    if a == b:
        return EQUAL
    if sound(a) == sound(b) or (len(a) >= 2 and (b.startswith(a) or b.endswith(a) or a.startswith(b))):
        return NEAR
    if len(a) == len(b) >= 2 and sum(x != y for x, y in zip(a, b, strict=True)) == 1:
        return NEAR
    return OTHER


def birth_fits(row: dict, person: Person) -> str:
    """Whether birth date and sex agree; silent if the file has none."""
    if row.get("birth_date") is None:
        return SILENT
    sex = row.get("sex")
    return EQUAL if row["birth_date"] == person.birth and sex in (None, person.sex) else OTHER


class Oracle:
    """The registry, and what is decided about a row of a bureau's file."""

    def __init__(self, people: list[Person]) -> None:
        self.people = people
        self.by_number = {person.id_number: person for person in people}
        self.homes: dict[str, list[Person]] = defaultdict(list)
        for person in people:
            self.homes[person.household_no].append(person)

    def decide(self, row: dict) -> Decision:
        """The decision about one row: a dict with id_number, name and perhaps birth_date and sex."""
        number, name = row["id_number"], row["name"]
        if re.match(r"\d{15}", plain(name)):
            number, name = name, number
        read = read_number(number)
        if read in self.by_number:
            return self.equal_number(self.by_number[read], name, row)
        if check_fits(read):
            return Decision(LEFT)
        fits = [(person, *self.fits(read, name, row, person)) for person in self.people]
        for rule in (self.near_number, self.other_number):
            if found := [person for person, *how in fits if rule(*how)]:
                return Decision(SETTLED, found[0].person_no) if len(found) == 1 else Decision(REVIEW)
        weak = [person for person, *how in fits if how.count(EQUAL) + how.count(NEAR) >= 2]
        return Decision(REVIEW, weak[0].person_no if len(weak) == 1 else None) if weak else Decision(LEFT)

    def equal_number(self, person: Person, name: str | None, row: dict) -> Decision:
        """A registered number: settled unless the name is another's."""
        how = name_fits(name, person.name)
        mates = [mate for mate in self.homes[person.household_no] if mate is not person]
        if how == NEAR and any(name_fits(name, mate.name) == EQUAL for mate in mates):
            return Decision(REVIEW)
        if how in (EQUAL, NEAR) or (how == SILENT and birth_fits(row, person) != OTHER):
            return Decision(SETTLED, person.person_no)
        meant = [p for p in self.people if name_fits(name, p.name) == EQUAL and birth_fits(row, p) == EQUAL]
        return Decision(REVIEW, meant[0].person_no if len(meant) == 1 else person.person_no)

    @staticmethod
    def fits(read: str, name: str | None, row: dict, person: Person) -> tuple[str, str, str]:
        """Number, name and birth date beside a person's; the name last, since it costs most."""
        birth, number = birth_fits(row, person), number_fits(read, person.id_number)
        if birth == OTHER and number in (OTHER, SILENT):
            return number, OTHER, birth
        return number, name_fits(name, person.name), birth

    @staticmethod
    def near_number(number: str, name: str, birth: str) -> bool:
        return number == NEAR and (name == EQUAL or (name == NEAR and birth == EQUAL))

    @staticmethod
    def other_number(number: str, name: str, birth: str) -> bool:
        return number in (SILENT, OTHER) and name == EQUAL and birth == EQUAL


def people_of(folder: Path) -> list[Person]:
    """The registry."""
    found = pq.read_table(folder / "persons.parquet").to_pylist()
    return [
        Person(p["person_no"], p["household_no"], p["id_number"], p["name"], p["birth_date"], p["sex"]) for p in found
    ]


def score(decisions: list[Decision], truth: list[dict]) -> dict[str, dict[str, int]]:
    """By kind: rows, and how many are settled rightly, settled wrongly, sent to review, left."""
    found: dict[str, Counter] = defaultdict(Counter)
    for decision, true in zip(decisions, truth, strict=True):
        counts = found[true["kind"] or ""]
        counts["registered" if true["person_no"] else "outsiders"] += 1
        right = decision.person_no == true["person_no"] and decision.person_no is not None
        counts[decision.what if decision.what != SETTLED else ("right" if right else "wrong")] += 1
    return {kind: dict(counts) for kind, counts in sorted(found.items())}


def differences(decisions: list[Decision], links: list[dict], file: list[dict], truth: list[dict]) -> list[dict]:
    """Rows that are settled differently."""
    theirs = {link["row_no"]: link for link in links if link["person_no"] is not None and not link.get("review")}
    found = []
    for number, (decision, row, true) in enumerate(zip(decisions, file, truth, strict=True)):
        link = theirs.get(number)
        settled = decision.person_no if decision.what == SETTLED else None
        if settled != (link["person_no"] if link else None):
            found.append({"row_no": number, "kind": true["kind"], "true": true["person_no"], "oracle": decision.what,
                          "oracle_person": decision.person_no, "links_person": link and link["person_no"],
                          "method": link and link.get("method"), "id_number": row["id_number"],
                          "name": row["name"]})  # fmt: skip
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--links", type=Path)
    parser.add_argument("--show", type=int, default=20, help="differences to print")
    given = parser.parse_args()
    file = pq.read_table(given.data / "bureau.parquet").to_pylist()
    truth = pq.read_table(given.data / "truth.parquet").to_pylist()
    oracle = Oracle(people_of(given.data / "registry"))
    decisions = [oracle.decide(row) for row in file]
    for kind, counts in score(decisions, truth).items():
        print(f"{kind or 'none':26}", " ".join(f"{name} {count:,}" for name, count in sorted(counts.items())))
    if given.links:
        found = differences(decisions, pq.read_table(given.links).to_pylist(), file, truth)
        print(f"\n{len(found):,} of {len(file):,} rows are settled differently")
        for entry in found[: given.show]:
            print(json.dumps(entry, ensure_ascii=False))


if __name__ == "__main__":
    main()
