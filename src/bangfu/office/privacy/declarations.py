"""What personal data a model holds and how they are erased. A test refuses a model of the office that does not say."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Keep:
    """How long rows are kept: so many years after the day in a column of the row; a row without that day is kept."""

    years: int
    after: str


@dataclass(frozen=True)
class PersonalData:
    """A model's declaration, as its class attribute `personal_data`.

    `fields` maps each field with personal data to what it is; `erased_by` says what removes them;
    `kept` says how long a row is kept and why, `keep` the same as data where the rows themselves fall due.
    """

    fields: dict[str, str] = field(default_factory=dict)
    erased_by: str = ""
    kept: str = ""
    keep: Keep | None = None

    def __post_init__(self) -> None:
        if self.fields and not (self.erased_by and self.kept):
            raise ValueError("a model with personal data says how they are erased and how long they are kept")


NO_PERSONAL_DATA = PersonalData()
"""For models that hold none."""
