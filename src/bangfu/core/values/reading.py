"""What reading one piece of text gave: a value, and what was repaired or is wrong."""

from __future__ import annotations

from typing import NamedTuple


class Reading(NamedTuple):
    """`value` is None where nothing was written or nothing could be read.

    `note` names a repair that has one right answer; `problem` names what is wrong. Both are codes,
    empty where there is nothing to say; a reading never has a value and a problem at once.
    """

    value: object
    note: str = ""
    problem: str = ""


MISSING = Reading(None)
