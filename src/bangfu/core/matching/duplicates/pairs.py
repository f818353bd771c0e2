"""What a pair of records is worth: which kind of duplicate, how sure, and how many would agree so by chance."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from bangfu.core.matching.duplicates.candidates import Candidates
from bangfu.core.matching.duplicates.kinds import CERTAIN, CODES, LIKELY, LOOK
from bangfu.core.matching.duplicates.registry import NOWHERE, Registry
from bangfu.core.matching.edits import UNKNOWN
from bangfu.core.matching.evidence import near_dates
from bangfu.core.matching.joins import mixed, pairs
from bangfu.core.matching.names import DIFFERENT, EQUAL, NO_NAME, ONE_CHARACTER, PART, SOUND, relations
from bangfu.core.matching.numbers import NO_NUMBER
from bangfu.core.matching.patterns import person_digits
from bangfu.core.matching.people import counted
from bangfu.core.matching.rows import NO_DAY

SAME, SLIP, SAME_TEXT, UNUSABLE, OTHER, TWO_VALID = range(6)
"""How two numbers stand: one and the same; one slip apart; the same wrong text; at least one unusable and nothing
against it; at least one unusable and what can be seen differs; two different ones that are both well-formed."""
BIRTH_SAME, BIRTH_NEAR, BIRTH_DIFFERS, BIRTH_UNKNOWN = range(4)
NOTHING = 255
"""The kind of a pair that is no duplicate."""
LIKELY_BELOW, LISTED_BELOW = 0.001, 0.03
"""From how few coincidences a name and a birth in common are likely one person, or worth a look: about one record in a
hundred without a usable number has a second one, so below 0.001 nine in ten pairs are right, below 0.03 one in four."""
ONE_NAME, ONE_DAY, ONE_SLIP, ONE_PHONE = 5e-4, 1 / 25_000, 1e-3, 1e-3
"""The shares of people with one name, birth, number one slip away, telephone, where a small registry cannot tell."""
LARGEST = 30
"""A household of more members than this is no household: its members in common say nothing."""
FEW_PLACES, MOST_WRONG = 8, 3


@dataclass(frozen=True, slots=True)
class Judged:
    """Arrays along pairs of persons. `kind`: into KINDS or NOTHING. `severity`: into SEVERITIES. `chance`: how many
    further persons would agree so by chance (float64). `number`, `name`, `birth`: how these stand. `shared`: how many
    other names the two households have in common. `same_person`: whether the pair counts as one person in two
    households when these are compared."""

    one: Any
    two: Any
    kind: Any
    severity: Any
    chance: Any
    number: Any
    name: Any
    birth: Any
    same_home: Any
    same_village: Any
    same_phone: Any
    other_sex: Any
    shared: Any
    same_person: Any

    def __len__(self) -> int:
        return len(self.one)

    def take(self, index: Any) -> Judged:
        """Some of the pairs."""
        return Judged(*(getattr(self, field.name)[index] for field in fields(self)))


def judge(registry: Registry, found: Candidates) -> Judged:
    """Compare every pair and say what it is."""
    import numpy as np

    one, two = found.one, found.two
    names = registry.people.rows.names
    name = relations(names, names.keys[one], names, names.keys[two])
    number = _numbers(registry, found)
    same_home = (registry.home[one] == registry.home[two]) & (registry.home[one] != NOWHERE)
    village, other = registry.village_of(one), registry.village_of(two)
    sexes = registry.sex[one], registry.sex[two]
    phone = _phones(registry, one), _phones(registry, two)
    compared = Judged(
        one, two, np.full(len(one), NOTHING, np.uint8), np.full(len(one), LOOK, np.uint8), np.zeros(len(one)),
        number, name, _births(registry, found, number), same_home, (village == other) & (village >= 0),
        (phone[0] == phone[1]) & (phone[0] > 0) & ~same_home, (sexes[0] != sexes[1]) & (sexes[0] > 0) & (sexes[1] > 0),
        np.zeros(len(one), np.int64), np.zeros(len(one), bool),
    )  # fmt: skip
    compared.chance[:] = _chance(registry, compared)
    _shared_members(registry, compared)
    _one_number(compared)
    _one_slip(compared)
    _one_name(compared)
    _similar_name(compared)
    return compared


# -- comparing -------------------------------------------------------------------------------------------------


def _numbers(registry: Registry, found: Candidates) -> Any:
    import numpy as np

    packed = registry.people.rows.numbers.packed
    one, two = packed[found.one], packed[found.two]
    well = (one != NO_NUMBER) & (two != NO_NUMBER)
    how = np.where(well & (one == two), SAME, TWO_VALID).astype(np.uint8)
    how[~well] = UNUSABLE
    at = np.flatnonzero(~well)
    digits = _shown(registry, found.one[at]), _shown(registry, found.two[at])
    seen = (digits[0] != UNKNOWN) & (digits[1] != UNKNOWN)
    wrong = (seen & (digits[0] != digits[1])).sum(axis=1)
    how[at[(seen.sum(axis=1) >= FEW_PLACES) & (wrong > MOST_WRONG)]] = OTHER
    how[at[_same_text(registry, found.one[at], found.two[at])]] = SAME_TEXT
    how[found.slip] = SLIP
    return how


def _shown(registry: Registry, persons: Any) -> Any:
    """The eighteen places of each person's number as far as they can be read."""
    packed = registry.people.rows.numbers.packed[persons]
    digits = person_digits(packed)
    bad = packed == NO_NUMBER
    digits[bad] = registry.sought.known[_place(registry, persons[bad])]
    return digits


def _place(registry: Registry, bad_persons: Any) -> Any:
    import numpy as np

    return np.searchsorted(registry.bad, bad_persons)


def _same_text(registry: Registry, one: Any, two: Any) -> Any:
    """Whether both carry the same text that is no number, but more than a placeholder."""
    import numpy as np

    packed = registry.people.rows.numbers.packed
    both = np.flatnonzero((packed[one] == NO_NUMBER) & (packed[two] == NO_NUMBER))
    shown = registry.sought.shown
    found = np.zeros(len(one), bool)
    places = _place(registry, one[both]).tolist(), _place(registry, two[both]).tolist()
    for at, a, b in zip(both.tolist(), *places, strict=True):
        text = shown[a]
        found[at] = text == shown[b] and len(text) >= 15 and len(set(text)) > 3 and "*" not in text
    return found


def _births(registry: Registry, found: Candidates, number: Any) -> Any:
    """How the dates of birth stand; of one number on both sides, those that the registry itself has."""
    import numpy as np

    own = registry.people.rows.born
    same = number == SAME
    one = np.where(same, own[found.one], registry.birth[found.one])
    two = np.where(same, own[found.two], registry.birth[found.two])
    how = np.full(len(one), BIRTH_DIFFERS, np.uint8)
    how[one == two] = BIRTH_SAME
    unknown = (one == NO_DAY) | (two == NO_DAY)
    how[unknown] = BIRTH_UNKNOWN
    apart = np.flatnonzero(how == BIRTH_DIFFERS)
    how[apart[near_dates(one[apart], two[apart])]] = BIRTH_NEAR
    return how


def _phones(registry: Registry, persons: Any) -> Any:
    import numpy as np

    home = registry.home[persons]
    return np.where(home == NOWHERE, 0, registry.phone[home])


def _share(counts: Any, people: int, at_most: float) -> Any:
    """The share of others with a value that `counts` records bear, the two of the pair left out."""
    import numpy as np

    return (np.maximum(counts - 2, 0) / people) + min(1 / people, at_most)


def _chance(registry: Registry, pairs_: Judged) -> Any:
    """How many further persons would share name and birth by chance, and village and telephone where these agree."""
    import numpy as np

    people = registry.people
    size, one = len(people), pairs_.one
    names = np.maximum(
        counted(people.name_counts, people.rows.names.keys[one]),
        counted(people.name_counts, people.rows.names.keys[pairs_.two]),
    )
    found = size * _share(names, size, ONE_NAME)
    found *= _share(counted(people.birth_counts, registry.birth[one]), size, ONE_DAY)
    alike = np.flatnonzero(pairs_.name == SOUND)
    if len(alike):
        found[alike] *= 5  # names that sound alike: a handful of writings share a sound
    if len(registry.villages):
        everyone = registry.village_of(np.arange(size))
        share = np.bincount(everyone[everyone >= 0], minlength=len(registry.villages)) / size
        near = pairs_.same_village
        found[near] *= share[registry.village_of(one[near])]
    found[pairs_.number == SLIP] *= ONE_SLIP
    found[pairs_.same_phone] *= ONE_PHONE
    return found


def _shared_members(registry: Registry, found: Judged) -> None:
    """Count the other names that the households of each pair share, and lower the chance by how common these are."""
    import numpy as np

    homes = registry.home[found.one], registry.home[found.two]
    at = np.flatnonzero((homes[0] != homes[1]) & (homes[0] != NOWHERE) & (homes[1] != NOWHERE) & (found.number != SAME))
    if not len(at):
        return
    at = at[(registry.size[homes[0][at]] <= LARGEST) & (registry.size[homes[1][at]] <= LARGEST)]
    order, starts = registry.members
    mine = homes[0][at]
    count = registry.size[mine]
    pair = np.repeat(at, count)
    member = order[np.repeat(starts[mine] - (np.cumsum(count) - count), count) + np.arange(len(pair))]
    keys = registry.people.rows.names.keys
    others = (
        (keys[member] != NO_NAME) & (keys[member] != keys[found.one[pair]]) & (keys[member] != keys[found.two[pair]])
    )
    pair, member = pair[others], member[others]
    few, once = np.unique(mixed(homes[1][pair], keys[member]), return_inverse=True)
    hit, _ = pairs(few, mixed(registry.home, keys))
    there = np.zeros(len(few), bool)
    there[hit] = True
    pair, member = pair[there[once]], member[there[once]]
    np.add.at(found.shared, pair, 1)
    size = len(registry.people)
    common = _share(counted(registry.people.name_counts, keys[member]), size, ONE_NAME)
    np.multiply.at(found.chance, pair, np.minimum(1.0, common * registry.size[homes[1][pair]]))


# -- deciding --------------------------------------------------------------------------------------------------


def _put(found: Judged, which: Any, kind: Any, severity: Any) -> None:
    found.kind[which] = kind if isinstance(kind, int) else kind[which]
    found.severity[which] = severity if isinstance(severity, int) else severity[which]


def _one_number(found: Judged) -> None:
    import numpy as np

    same, name = found.number == SAME, found.name
    births_differ = (found.birth == BIRTH_DIFFERS) | (found.birth == BIRTH_NEAR)
    similar = (name == SOUND) | (name == PART) | (name == ONE_CHARACTER)
    another = same & ((name == DIFFERENT) | (similar & births_differ))
    kind = np.where(found.same_home, CODES["number_in_household"], CODES["number_two_households"])
    severity = np.where(name == EQUAL, CERTAIN, np.where(name == ONE_CHARACTER, LOOK, LIKELY))
    _put(found, same & ~another, kind, severity)
    sure = (name == DIFFERENT) & (births_differ | found.other_sex)
    _put(found, another, CODES["number_of_another"], np.where(sure, CERTAIN, LIKELY))
    found.same_person[same & ~another & (name != ONE_CHARACTER)] = True


def _one_slip(found: Judged) -> None:
    import numpy as np

    name, birth = found.name, found.birth
    slip = (found.number == SLIP) & ~found.other_sex
    named = (name == EQUAL) | (name == SOUND)
    # brothers and sisters of one day have numbers and names that are close: these need a look
    nearly = ((name == ONE_CHARACTER) | (name == PART)) & (birth == BIRTH_SAME)
    unsure = named & ((birth == BIRTH_UNKNOWN) | (birth == BIRTH_NEAR))
    agree = named & (birth == BIRTH_SAME)
    severity = np.where(agree & (name == EQUAL), CERTAIN, np.where(agree | (unsure & (name == EQUAL)), LIKELY, LOOK))
    _put(found, slip & (agree | unsure | nearly), CODES["number_slip"], severity)
    found.same_person[slip & agree] = True


def _one_name(found: Judged) -> None:
    """One name and date of birth, and no number that says more."""
    import numpy as np

    same = (found.name == EQUAL) & (found.birth == BIRTH_SAME) & ~found.other_sex
    unusable = same & np.isin(found.number, (UNUSABLE, OTHER, SAME_TEXT))
    against = found.number == OTHER
    nearby = found.same_phone | (found.shared > 0)
    likely = (found.chance <= LIKELY_BELOW) | (found.number == SAME_TEXT)
    at_home = np.where(against, LIKELY, CERTAIN)
    elsewhere = np.where(likely & ~against, LIKELY, LOOK)
    listed = found.same_home | ((found.chance <= LISTED_BELOW) & (nearby | ~against))
    _put(found, unusable & listed, CODES["number_unusable"], np.where(found.same_home, at_home, elsewhere))
    two = same & (found.number == TWO_VALID)
    agreeing = found.same_home | (nearby & (found.chance <= LISTED_BELOW))
    _put(found, two & agreeing, CODES["two_numbers"], np.where(found.same_home, LIKELY, LOOK))
    found.same_person[unusable | two] = True


def _similar_name(found: Judged) -> None:
    import numpy as np

    near = ((found.name == SOUND) | (found.name == PART)) & (found.birth == BIRTH_SAME) & ~found.other_sex
    near &= np.isin(found.number, (UNUSABLE, SAME_TEXT)) & (found.same_home | found.same_village)
    listed = found.same_home | (found.chance <= LISTED_BELOW)
    sure = found.same_home & (found.name == SOUND)
    _put(found, near & listed, CODES["similar_name"], np.where(sure, LIKELY, LOOK))
    found.same_person[near & listed & (found.name == SOUND)] = True
