"""The process that cross-checks for the office. Like `runs.child` it knows no database and dies with who started it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from bangfu.office.runs.child import serve  # not through the api, which needs a database


def _crosscheck(asked: Mapping[str, str], progress: Callable[[str, int, int], None]) -> None:
    from bangfu.core.matching.crosscheck.kept_rows import sort_facts, write_rows
    from bangfu.core.matching.crosscheck.run import crosscheck

    out = Path(asked["out"])
    data = Path(asked["data"])
    crosscheck(data / "registry", data / "bureau", out, as_of=date.fromisoformat(asked["as_of"]), progress=progress)
    write_rows(out)
    sort_facts(out)


if __name__ == "__main__":
    sys.exit(serve(_crosscheck))
