"""The registered persons, as linking needs them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bangfu.core.matching.joins import ascending, mixed
from bangfu.core.matching.names import NO_NAME, sound_keys
from bangfu.core.matching.numbers import NO_NUMBER
from bangfu.core.matching.rows import NO_DAY, Rows


@dataclass(frozen=True)
class People:
    """The registry: identities and keys of every person, in the order of the persons table.

    `person_no`, `household_no`: Arrow columns in the type that the data have (`household_no` may be None).
    """

    rows: Rows
    person_no: Any
    household_no: Any = None

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def by_number(self) -> tuple[Any, Any]:
        """Well-formed packed numbers in ascending order, and the person of each."""
        import numpy as np

        packed = self.rows.numbers.packed
        order = ascending(packed)
        first = int(np.searchsorted(packed[order], NO_NUMBER, "right"))
        order = order[first:]
        return packed[order], order

    @cached_property
    def birth(self) -> Any:
        """Date of birth per person: the registry's own, else that of the number (int32, NO_DAY where unknown)."""
        return self.rows.known_birth()

    @cached_property
    def name_and_birth(self) -> Any:
        """A hash of name and date of birth per person (uint64); of the person's place where one of them is unknown."""
        import numpy as np

        keys = self.rows.names.keys
        found = mixed(keys, self.birth)
        unknown = np.flatnonzero((keys == NO_NAME) | (self.birth == NO_DAY))
        found[unknown] = mixed(unknown, np.full(len(unknown), NO_DAY, np.int32))
        return found

    def in_household(self, persons: Any, keys: Any) -> Any:
        """Whether somebody in each person's household bears the name of that key; without households, that person."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        if not len(persons) or self.household_no is None:
            return np.asarray(self.rows.names.keys[persons] == keys)
        asked = self.household_no.take(pa.array(persons))
        members = np.flatnonzero(np.asarray(pc.is_in(self.household_no, value_set=pc.drop_null(pc.unique(asked)))))
        homes = self.household_no.take(pa.array(members)).to_pylist()
        borne = set(zip(homes, self.rows.names.keys[members].tolist(), strict=True))
        wanted = zip(asked.to_pylist(), keys.tolist(), strict=True)
        return np.fromiter((pair in borne for pair in wanted), bool, len(persons))

    @cached_property
    def name_counts(self) -> tuple[Any, Any]:
        """Distinct name keys in ascending order, and how many persons bear each."""
        import numpy as np

        return np.unique(self.rows.names.keys, return_counts=True)

    @cached_property
    def birth_counts(self) -> tuple[Any, Any]:
        """Distinct dates of birth in ascending order, and how many persons were born on each."""
        import numpy as np

        return np.unique(self.birth, return_counts=True)

    @cached_property
    def surname_counts(self) -> tuple[Any, Any]:
        """Distinct first characters in ascending order, and how many names begin with each."""
        import numpy as np

        return np.unique(self.rows.names.keys & np.uint64(0xFFFF), return_counts=True)

    @cached_property
    def phone_counts(self) -> tuple[Any, Any]:
        """Distinct telephone numbers in ascending order, and how many persons are reached by each."""
        import numpy as np

        return np.unique(self.rows.phone, return_counts=True)

    @cached_property
    def township_counts(self) -> tuple[Any, Any]:
        """Distinct townships in ascending order, and how many persons live in each."""
        import numpy as np

        return np.unique(self.rows.township, return_counts=True)

    @cached_property
    def sound_counts(self) -> tuple[Any, Any]:
        """Distinct sounds of names in ascending order, and how many persons bear each."""
        import numpy as np

        return np.unique(sound_keys(self.rows.names), return_counts=True)


def counted(counts: tuple[Any, Any], keys: Any) -> Any:
    """How often each key stands in a table of counts; at least 1, for whoever asks is one."""
    import numpy as np

    values, numbers = counts
    if not len(values):
        return np.ones(len(keys), np.int64)
    at = np.minimum(np.searchsorted(values, keys), len(values) - 1)
    return np.where(values[at] == keys, numbers[at], 1)
