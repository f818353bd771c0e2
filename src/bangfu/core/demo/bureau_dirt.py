"""The bureaus' rows as their files have them: one identity in twenty is corrupted, one row in five is a stranger's.

By construction: a row that reveals a planted truth, or belongs to a household with one, is corrupted only in ways in
which a careful clerk can still tell who is meant; where nobody could, the truth says so. Nothing here knows how the
product links. A slip stays in the file from month to month, as slips do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from random import Random

from bangfu.core.demo import slips
from bangfu.core.demo.bureau import Entry, entries
from bangfu.core.demo.dirt import soiled_day
from bangfu.core.demo.doubts import MEANS, Doubt, Register, TruthKey, Waiting
from bangfu.core.demo.layout import BORN_FILES, BUREAU
from bangfu.core.demo.people import Household
from bangfu.core.demo.plan import VillagePlan
from bangfu.core.demo.planting import Planted
from bangfu.core.demo.rows import Row
from bangfu.core.demo.slips import Slip, Written
from bangfu.core.demo.strangers import Strangers

SHARE = 0.05
"""Rows with one corrupted identity."""
OTHERS_NUMBER = 0.01
"""Corrupted rows that carry the number of another registered person."""
EVERY, SLIPPED, LOST_EVERY, LOST_AT = 3, 0, 9, 4
"""Of each cause the first truth of three is told by a row with a slip, the fifth of nine by one that is lost."""
BEGUN = 2
"""With which number the truths of a later month begin, so that these few are not all told by rows with slips."""
BIRTH_OTHERWISE = 0.03
"""Dates of birth written in another way than 2019-04-12."""

TELLABLE: tuple[Slip, ...] = (
    slips.substituted, slips.masked, slips.dropped, slips.swapped, slips.transposed, slips.both,
    slips.placeholder_area, slips.inserted, slips.rounded,
)  # fmt: skip
TELLABLE_BY_BIRTH: tuple[Slip, ...] = (
    slips.missing, slips.substituted, slips.scientific, slips.masked, slips.swapped, slips.placeholder, slips.dropped,
    slips.both, slips.transposed, slips.placeholder_area, slips.rounded, slips.inserted,
)  # fmt: skip
LOST: tuple[Slip, ...] = (slips.missing, slips.scientific, slips.placeholder)


@dataclass(slots=True)
class Village:
    """One village in one month."""

    month: str
    as_of: date
    plan: VillagePlan
    uncovered: str
    people: list[Household]
    planted: list[Planted]
    strangers: Strangers
    free: list[Household] = field(init=False)
    """Households about which nothing is planted."""
    _by_file: dict[str, list[Planted]] = field(init=False)

    def __post_init__(self) -> None:
        self.free = [h for h in self.people if not h.planted]
        self._by_file = {}
        for truth in self.planted:
            self._by_file.setdefault(truth.file, []).append(truth)

    def truths(self, entry: Entry) -> list[Planted]:
        """The planted truths that a row reveals."""
        if entry.owner is None:
            return []
        here = self._by_file.get(entry.file, ())
        return [p for p in here if p.person_no in (None, entry.owner.no) and entry.owner in p.household.persons]


class Clerks:
    """Write the bureaus' rows of a whole county, village by village, and note of which ones nobody can be sure."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._of_cause: dict[tuple[str, bool], int] = {}
        self._turn: Counter[str] = Counter()
        self.doubts: list[Doubt] = []
        self.waiting: list[Waiting] = []
        self.register = Register()

    def assign(self, planted: Iterable[Planted], later: bool) -> None:
        """Decide which of some new truths are told by a row with a slip, and which by one that is lost.

        `later`: they begin in a later month than the first.
        """
        for truth in planted:
            if truth.file not in BUREAU or not truth.cause.detectable:
                continue
            n = self._of_cause.setdefault((truth.cause.id, later), BEGUN * later)
            self._of_cause[truth.cause.id, later] = n + 1
            born = truth.file in BORN_FILES
            if n % EVERY == SLIPPED:
                truth.slip = self._next("born" if born else "plain", TELLABLE_BY_BIRTH if born else TELLABLE)
                truth.needs_linking = True
            elif n % LOST_EVERY == LOST_AT:
                truth.slip, truth.lost = self._next("lost", LOST), True

    def _next(self, turn: str, kinds: tuple[Slip, ...]) -> Slip:
        self._turn[turn] += 1
        return kinds[(self._turn[turn] - 1) % len(kinds)]

    def rows(self, village: Village) -> Iterator[tuple[str, Row]]:
        """Every row of the bureaus' files about the village, as (file, row), in no order of the registry's."""
        township, uncovered = village.plan.township, village.uncovered
        known = [e for h in village.people for e in entries(h, township, uncovered, village.as_of)]
        households = {p.no: h for h in village.people for p in h.persons}
        for truth in village.planted:
            self._wait(truth, village.month)
        by_file: dict[str, list[Entry]] = {}
        for entry in known:
            by_file.setdefault(entry.file, []).append(entry)
        for file, found in by_file.items():
            strangers = list(village.strangers.entries(file, len(found), village.as_of))
            rows = [self._row(e, households.get(e.owner.no) if e.owner else None, village) for e in found + strangers]
            Random(f"{self._seed}:{village.plan.code}:{file}:{len(rows)}").shuffle(rows)
            for row in rows:
                yield file, row

    def _wait(self, truth: Planted, month: str) -> None:
        if truth.cause.covered and truth.cause.kind in ("missed", "at_risk", "wrong_amount"):
            members = tuple((p.name, p.id_number) for p in truth.household.persons)
            self.waiting.append(Waiting((month, truth.household.no, truth.cause.id), members))

    def _row(self, entry: Entry, household: Household | None, village: Village) -> Row:
        truths = village.truths(entry)
        rng = Random(f"{self._seed}:{entry.key}")
        born = entry.file in BORN_FILES
        slip = next((t.slip for t in truths if t.slip), None)
        lost = any(t.lost for t in truths)
        if entry.fixed:
            written = Written(entry.who.number, entry.who.name, shown="" if entry.who.number else slips.NOTHING_SEEN)
        elif slip:
            written = self._told(entry, household, slip, rng)
        elif not truths and self._draw(entry.key) < SHARE:
            written = self._slipped(entry, household, village, rng)
        else:
            written = Written(entry.who.number, entry.who.name)
        birth = "" if lost or not born else self._birth(entry, rng)
        if written.shown:
            keys = tuple((village.month, t.household.no, t.cause.id) for t in truths)
            self._doubt(entry, written, birth, keys, village.month)
        columns = list(entry.columns)
        if lost and entry.file == "disability_certificates":
            columns[0] = ""  # its number would tell
        return [written.number, written.name, *([birth] if born else []), *columns]

    def _doubt(self, entry: Entry, written: Written, birth: str, keys: tuple[TruthKey, ...], month: str) -> None:
        if entry.file not in MEANS and not keys:
            return
        owner = entry.owner.id_number if entry.owner else ""
        known = entry.who.birth if birth else None
        self.doubts.append(Doubt(month, entry.file, entry.who.name, known, written.shown, owner, keys))

    def _birth(self, entry: Entry, rng: Random) -> str:
        if rng.random() < BIRTH_OTHERWISE:
            return soiled_day(entry.who.birth, rng)
        return entry.who.birth.isoformat()

    def _told(self, entry: Entry, household: Household | None, slip: Slip, rng: Random) -> Written:
        """The slip that was decided; where it does not apply, one wrong digit."""
        written = slip(entry.who, rng)
        return written if written and not _of_another(written, household) else slips.substituted(entry.who, rng)

    def _slipped(self, entry: Entry, household: Household | None, village: Village, rng: Random) -> Written:
        """Any slip; in a household with a planted truth none after which one could not tell."""
        careful = household is not None and household.planted
        if rng.random() < OTHERS_NUMBER and not careful and village.free:
            other = rng.choice(rng.choice(village.free).persons)
            if other.id_number != entry.who.number:
                return Written(other.id_number, entry.who.name, "others_number", False)
        kinds = [kind for kind, _ in slips.KINDS]
        weights = [weight for _, weight in slips.KINDS]
        while True:
            written = rng.choices(kinds, weights)[0](entry.who, rng)
            if written and not (careful and _untellable(written, entry)) and not _of_another(written, household):
                return written

    def _draw(self, key: str) -> float:
        digest = blake2b(f"{self._seed}:{key}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "little") / 2**64


def _untellable(written: Written, entry: Entry) -> bool:
    """Whether a clerk without a date of birth could not say who is meant, or would have to ask."""
    if entry.file in BORN_FILES:
        return False
    half_the_name = written.kind == "one_character" and len(entry.who.name) < 3
    return half_the_name or written.kind in slips.UNREADABLE


def _of_another(written: Written, household: Household | None) -> bool:
    """Whether a changed name is that of somebody else in the household, as brothers' names easily are."""
    changed = written.kind in ("one_character", "both", "homophone")
    return changed and household is not None and any(p.name == written.name for p in household.persons)
