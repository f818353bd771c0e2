"""Links rows to registered persons, from what is certain to what a person must look at.

`docs/algorithms/linking.md` explains every stage with worked numbers.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from bangfu.core.matching import candidates as search
from bangfu.core.matching import exact
from bangfu.core.matching.edits import UNKNOWN
from bangfu.core.matching.evidence import Evidence, probabilities, weigh
from bangfu.core.matching.joins import ascending
from bangfu.core.matching.methods import CODES
from bangfu.core.matching.names import BLANK, DIFFERENT, EQUAL, NO_NAME, ONE_CHARACTER, PART, SOUND, relations
from bangfu.core.matching.numbers import NO_NUMBER, end_in_zeros
from bangfu.core.matching.patterns import partly_agrees
from bangfu.core.matching.people import People
from bangfu.core.matching.rows import NO_DAY, Rows

NOBODY = -1
ACCEPTED, PROPOSED, WORTH_A_LOOK = 0.995, 0.97, 0.5
"""From which probability a pair is a link, a proposal for a reviewer, a remark for a reviewer."""
USUAL_ROWS, USUAL_STRANGERS = 20, 0.2
"""A file of a few rows says little of how many of them are about nobody registered: as if these had been added."""
_BLOCK = 1 << 22
"""Rows that a thread works at a time: pieces so large that threads seldom wait for the interpreter."""
MANY_RECORDS, WORTH_SHOWING = 20, 5
"""A number on more records than this is a filler; so many candidates are shown to a reviewer."""
SCORES = {
    exact.AGREES: ("id_name", 1.0, False),
    exact.VARIANT: ("id_name_variant", 0.9998, False),
    exact.NUMBER_ONLY: ("id_only", 0.999, False),
    exact.BIRTH_AGREES: ("id_birth", 0.9995, False),
    exact.DOUBTFUL: ("id_doubtful", 0.95, True),
}


@dataclass(slots=True)
class Links:
    """What became of each row, as arrays along the rows.

    `person`: int64, index into People, NOBODY where none is named. `method`: uint8, index into METHODS. `score`:
    float32, how probable the link is. `review`: bool, a person must look before it counts. `others`: for rows to be
    looked at, the persons who may be meant, the likeliest first.
    """

    person: Any
    method: Any
    score: Any
    review: Any
    others: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def put(self, rows: Any, person: Any, method: str, score: Any, review: Any) -> None:
        """Say of some rows what became of them."""
        self.person[rows] = person
        self.method[rows] = CODES[method]
        self.score[rows] = score
        self.review[rows] = review


def link(people: People, rows: Rows) -> Links:
    """Link every row; deterministic, and independent of the order in which stages find their pairs."""
    import numpy as np

    size = len(rows)
    found = Links(
        np.full(size, NOBODY, np.int64),
        np.full(size, CODES["no_candidate"], np.uint8),
        np.zeros(size, np.float32),
        np.zeros(size, bool),
    )
    outsiders = link_by_number(people, rows, found)
    link_by_search(people, rows, found, outsiders)
    return found


# -- rows with a well-formed number ----------------------------------------------------------------------------


def link_by_number(people: People, rows: Rows, found: Links) -> float:
    """Rows whose number is well-formed; returns the share of them that are about nobody registered."""
    import numpy as np

    with ThreadPoolExecutor(2) as pool:  # sorting leaves the interpreter free
        ahead = pool.submit(lambda: people.by_number)
        packed = rows.numbers.packed
        order = ascending(packed)
        order = order[int(np.searchsorted(packed, NO_NUMBER, "right", sorter=order)) :]
        ahead.result()
        blocks = [order[start : start + _BLOCK] for start in range(0, len(order), _BLOCK)]
        unknown = list(pool.map(lambda block: _one_block(people, rows, found, block), blocks))
    strangers = np.concatenate(unknown) if unknown else order
    _look_at_relatives(people, rows, found)
    _registry_wrong(people, rows, found, strangers)
    _lost_digits(people, rows, found, strangers)
    share = (len(strangers) + USUAL_ROWS * USUAL_STRANGERS) / (len(order) + USUAL_ROWS)
    return float(min(0.95, max(0.02, share)))


def _one_block(people: People, rows: Rows, found: Links, order: Any) -> Any:
    """Rows in ascending order of their numbers; returns those whose number is not registered."""
    import numpy as np

    numbers, persons = people.by_number
    first, count = exact.spans(numbers, rows.numbers.packed[order])
    found.put(order[count == 0], NOBODY, "not_registered", 0.0, False)
    once = count == 1
    _judge(people, rows, found, order[once], persons[first[once]])
    filler = count > MANY_RECORDS
    found.put(order[filler], NOBODY, "several", 0.0, True)
    for at in np.flatnonzero(filler).tolist():
        found.others[int(order[at])] = tuple(persons[first[at] : first[at] + WORTH_SHOWING].tolist())
    known: dict[tuple[int, int, int], tuple[int, str, tuple[int, ...]]] = {}
    for at in np.flatnonzero((count > 1) & ~filler).tolist():
        row = int(order[at])
        asked = (int(first[at]), int(rows.names.keys[row]), int(rows.born[row]))
        if asked not in known:
            known[asked] = _of_several(people, rows, row, persons[first[at] : first[at] + count[at]])
        person, method, others = known[asked]
        found.put(row, person, method, float(person != NOBODY), person == NOBODY)
        if others:
            found.others[row] = others
    return order[count == 0]


def _verdicts(people: People, rows: Rows, at: Any, person: Any) -> Any:
    """What each pair is worth; most agree in number and name, and only the others are looked at any further."""
    import numpy as np

    keys, others = people.rows.names.keys[person], rows.names.keys[at]
    found = np.full(len(at), exact.AGREES, np.uint8)
    unequal = np.flatnonzero((keys != others) | (others == NO_NAME))
    at, person = at[unequal], person[unequal]
    found[unequal] = exact.judge(
        rows.numbers.packed[at],
        people.rows.names,
        keys[unequal],
        people.birth[person],
        rows.names,
        others[unequal],
        rows.born[at],
    )
    return found


def _judge(people: People, rows: Rows, found: Links, at: Any, person: Any) -> None:
    verdicts = _verdicts(people, rows, at, person)
    for verdict, (method, score, review) in SCORES.items():
        hit = verdicts == verdict
        if hit.any():
            found.put(at[hit], person[hit], method, score, review)
    _accept_near_names(people, rows, found, at, person, verdicts)
    against = verdicts == exact.CONTRADICTS
    found.put(at[against], NOBODY, "contradicts", 0.0, True)
    for row, who in zip(at[against].tolist(), person[against].tolist(), strict=True):
        found.others[row] = (who,)


def _accept_near_names(people: People, rows: Rows, found: Links, at: Any, person: Any, verdicts: Any) -> None:
    """A longer name that differs in one character is a slip, unless somebody of the household bears just that name.

    Brothers and sisters often share all but one character, and their numbers are what gets mixed up. A date of birth
    confirms nothing here: most files take it from the number.
    """
    import numpy as np

    doubtful = verdicts == exact.DOUBTFUL
    at, person = at[doubtful], person[doubtful]
    keys, others = rows.names.keys[at], people.rows.names.keys[person]
    how = relations(rows.names, keys, people.rows.names, others)
    sexes = rows.sex[at], people.rows.sex[person]
    near = (how == ONE_CHARACTER) | (how == PART)
    near &= (np.minimum(keys, others) >> np.uint64(32)) > 0
    near &= (sexes[0] == 0) | (sexes[1] == 0) | (sexes[0] == sexes[1])
    near &= ~people.in_household(person, keys)
    found.put(at[near], person[near], "id_name_variant", 0.997, False)


def _look_at_relatives(people: People, rows: Rows, found: Links) -> None:
    """Another writing of the name is no slip where somebody of the household, or born on the same day, bears just it.

    Twins share the date of birth and often the sound or all but one character of the name.
    """
    import numpy as np

    at = np.flatnonzero(found.method == CODES["id_name_variant"])
    person, keys = found.person[at], rows.names.keys[at]
    near = people.in_household(person, keys)
    near[search.same_name_and_birth(keys, people.birth[person], people)[0]] = True
    found.put(at[near], person[near], "id_doubtful", 0.95, True)


def _of_several(people: People, rows: Rows, row: int, persons: Any) -> tuple[int, str, tuple[int, ...]]:
    """A number that several records carry: the one whose name agrees, if it is the only one.

    Where none agrees but nothing speaks against some (no name to compare, another writing of it), it is about whoever
    of them bears the number.
    """
    import numpy as np

    verdicts = _verdicts(people, rows, np.full(len(persons), row), persons)
    agreeing = persons[verdicts == exact.AGREES]
    if len(agreeing) == 1:
        return int(agreeing[0]), "id_name", ()
    if not len(agreeing):
        agreeing = persons[np.isin(verdicts, (exact.VARIANT, exact.NUMBER_ONLY, exact.BIRTH_AGREES))]
    if 0 < len(agreeing) <= WORTH_SHOWING:
        return NOBODY, "two_records", tuple(agreeing.tolist())
    possible = agreeing if len(agreeing) else persons[verdicts == exact.DOUBTFUL]
    method = "several" if len(possible) else "contradicts"
    return NOBODY, method, tuple((possible if len(possible) else persons)[:WORTH_SHOWING].tolist())


def _registry_wrong(people: People, rows: Rows, found: Links, at: Any) -> None:
    """Numbers not in the registry whose bearer stands there with a wrong one. Never linked: the registry is
    corrected.
    """
    import numpy as np

    wrong = people.rows.numbers.packed == NO_NUMBER
    if not wrong.any() or not len(at):
        return
    birth = rows.known_birth()[at]
    one, two = search.same_name_and_birth(rows.names.keys[at], birth, people)
    hit = wrong[two]
    for row, who in zip(at[one[hit]].tolist(), two[hit].tolist(), strict=True):
        found.others[row] = (*found.others.get(row, ()), who)[:WORTH_SHOWING]
    found.put(np.unique(at[one[hit]]), NOBODY, "registry_wrong", 0.0, True)


def _lost_digits(people: People, rows: Rows, found: Links, at: Any) -> None:
    """Numbers not in the registry that end in 000: proposed where the rest and the name are one person's. Never linked.

    They are well-formed, but a spreadsheet that overwrote the last digits leaves such, and nobody could tell.
    """
    import numpy as np

    numbers, persons = people.by_number
    packed = rows.numbers.packed[at]
    for row in at[end_in_zeros(packed)].tolist():
        start = int(rows.numbers.packed[row])
        first, last = np.searchsorted(numbers, [start, start + 100])
        alike = persons[first:last]
        alike = alike[(people.rows.names.keys[alike] == rows.names.keys[row]) & (rows.names.keys[row] != NO_NAME)]
        if len(alike):
            person = int(alike[0]) if len(alike) == 1 else NOBODY
            found.put(row, person, "lost_digits" if len(alike) == 1 else "several", 0.95, True)
            found.others[row] = tuple(alike[:WORTH_SHOWING].tolist())


# -- rows without ----------------------------------------------------------------------------------------------


def link_by_search(people: People, rows: Rows, found: Links, outsiders: float) -> None:
    """Rows whose number is none, or somebody else's, are searched for by everything else that they say."""
    import numpy as np

    without = rows.numbers.packed == NO_NUMBER
    at = np.flatnonzero(without | (found.method == CODES["contradicts"]))
    if not len(at) or not len(people):
        return
    sought = search.unreadable(rows.take(at), rows.written_numbers(at))
    mistaken = ~without[at]
    sought.known[mistaken] = UNKNOWN  # what somebody else's number shows says nothing of this person
    sought = search.Unreadable(
        sought.rows,
        tuple("" if other else text for text, other in zip(sought.shown, mistaken.tolist(), strict=True)),
        sought.known,
        np.where(mistaken, sought.rows.born, sought.born),
    )
    sure = _round(people, sought, at, found, outsiders, _first_searches(sought, people), mistaken)
    _round(people, sought, at, found, outsiders, _last_searches(sought, people, ~sure), mistaken)


def _first_searches(sought: search.Unreadable, people: People) -> search.Pairs:
    parts = [
        search.same_name_and_birth(sought.rows.names.keys, sought.born, people),
        search.same_name(sought, people),
        search.same_name_and_phone(sought, people),
    ]
    return search.distinct(parts, search.slips(sought, people), search.same_text(sought, people), len(people))


def _last_searches(sought: search.Unreadable, people: People, open_rows: Any) -> search.Pairs:
    import numpy as np

    none = np.empty(0, np.int64)
    similar = search.similar_name_same_birth(sought, open_rows, people)
    return search.distinct([similar], (none, none), (none, none), len(people))


def _round(
    people: People,
    sought: search.Unreadable,
    at: Any,
    found: Links,
    outsiders: float,
    pairs: search.Pairs,
    mistaken: Any,
) -> Any:
    """Weigh one set of pairs and say what becomes of their rows; returns which sought rows got an answer."""
    import numpy as np

    answered = np.zeros(len(sought), bool)
    if not len(pairs.row):
        return answered
    evidence = weigh(pairs, sought, people)
    score = probabilities(pairs, evidence.chance, outsiders)
    order = np.lexsort((pairs.person, -score, pairs.row))
    leading = np.ones(len(order), bool)
    leading[1:] = pairs.row[order][1:] != pairs.row[order][:-1]
    best = order[leading]
    best = best[score[best] >= WORTH_A_LOOK]
    answered[pairs.row[best]] = True
    _answer(sought, people, at, found, pairs, evidence, score, best, mistaken)
    _remark(at, found, pairs, score, order, answered)
    return answered


def _answer(
    sought: search.Unreadable,
    people: People,
    at: Any,
    found: Links,
    pairs: search.Pairs,
    evidence: Evidence,
    score: Any,
    best: Any,
    mistaken: Any,
) -> None:
    """The best pair of each row becomes a link, a proposal, or a remark."""
    import numpy as np

    name, same = evidence.name[best], evidence.same_birth[best]
    slip, text = pairs.slip[best], pairs.text[best]
    wrong = evidence.visible[best] - evidence.agreeing[best]
    partly = ~slip & partly_agrees(evidence.visible[best], evidence.agreeing[best])
    born = same | (sought.born[pairs.row[best]] != NO_DAY)
    phone = evidence.same_phone[best]
    methods = np.where(born | ~phone, CODES["name_birth"], CODES["name_phone"]).astype(np.uint8)
    methods[partly] = CODES["number_partly"]
    methods[slip] = CODES["number_slip"]
    methods[text] = CODES["same_text"]
    methods[mistaken[pairs.row[best]]] = CODES["other_number"]
    named = (name == EQUAL) | (name == SOUND)
    nearly = (name == ONE_CHARACTER) | (name == PART)
    by_number = (slip & (named | nearly)) | ((slip | partly) & (named | ((nearly | (name == BLANK)) & same)))
    sure = (
        (score[best] >= ACCEPTED) & (by_number | ((name == EQUAL) & (born | phone | text))) & ~mistaken[pairs.row[best]]
    )
    sure &= (name != DIFFERENT) & ~(partly & (name != EQUAL) & ~(same & (wrong == 0)))
    # a number that is there and says otherwise outweighs name and birth, unless the telephone agrees as well
    lengths = np.array([len(sought.shown[row]) for row in pairs.row[best].tolist()], np.int64)
    moved = ((lengths == 17) | (lengths == 19)) & (people.rows.numbers.packed[pairs.person[best]] != NO_NUMBER)
    sure &= slip | partly | text | ~((wrong > 0) | moved) | (same & phone)
    rows = at[pairs.row[best]]
    proposed = (score[best] >= PROPOSED) & ((name == EQUAL) | ((slip | partly | text) & (name != DIFFERENT)))
    found.person[rows] = np.where(sure | proposed, pairs.person[best], NOBODY)
    otherwise = np.where(mistaken[pairs.row[best]], CODES["contradicts"], CODES["several"])
    found.method[rows] = np.where(sure | proposed, methods, otherwise)
    found.score[rows] = score[best]
    found.review[rows] = ~sure


def _remark(at: Any, found: Links, pairs: search.Pairs, score: Any, order: Any, answered: Any) -> None:
    """Candidates of rows that a person must look at, the likeliest first; five at most."""
    worth = order[(score[order] >= 0.05)]
    for row, person in zip(pairs.row[worth].tolist(), pairs.person[worth].tolist(), strict=True):
        place = int(at[row])
        if answered[row] and not found.review[place]:
            continue
        known = found.others.get(place, ())
        if person not in known and len(known) < WORTH_SHOWING:
            found.others[place] = (*known, person)
        if not answered[row] and found.person[place] == NOBODY and found.method[place] == CODES["no_candidate"]:
            found.method[place] = CODES["several"]
            found.review[place] = True
