"""The national rulebook over a small random county."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bangfu.core.screening.run import screen
from bangfu.core.screening.state import Request
from tests.core.support.indicator_county import AS_OF, Tables, write

BOOK = Path(__file__).parents[3] / "rulebook" / "cn"


def screened(tables: Tables, folder: Path, as_of: date = AS_OF) -> Path:
    """The indicators of a county."""
    data = write(tables, folder / "data")
    return screen(Request(rulebook=BOOK, data=data, as_of=as_of, out=folder / "run", only=("indicators",)))
