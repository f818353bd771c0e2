"""An official document over a monthly run's figures: made on the spot from the run's own snapshot, nothing of it is kept.

Kinds with a list of people are made where names are: by the command on an export, or in a form that is filled.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.pages.refusals import Invalid
from bangfu.office.reporting.events import DOCUMENT_MADE
from bangfu.office.reporting.figures import NotKept
from bangfu.office.reporting.village_table import write_villages
from bangfu.office.runs import api as runs

if TYPE_CHECKING:
    from bangfu.core.documents.official.kinds import Kind
    from bangfu.core.rulebook.model import Rulebook

ENDINGS = (".docx", ".pdf")
LONGEST = 20_000
OWN = ("单位", "主送", "落款")
"""Slots that every kind takes."""
_TEXT = {"slot", "tasks"}


@dataclass(frozen=True)
class Made:
    """A document with what its reader should know: figures by status, changes since the run before, what is to be written."""

    name: str
    content: bytes
    computed: int
    unknown: int
    typed: int
    changes: list[tuple[str, str, str]]
    gaps: list[str]


@cache
def kinds() -> dict[str, Kind]:
    """The kinds that need no names of people, by id."""
    from bangfu.core.documents.official.kinds import kinds as every

    return {name: kind for name, kind in every().items() if not any("list" in block for block in kind.blocks)}


def slots(kind: Kind) -> list[str]:
    """What a person writes into a kind, in the order of the document."""
    found = []
    for block in kind.blocks:
        for key, value in block.items():
            if key in _TEXT and isinstance(value, str):
                found.append(value)
            elif isinstance(value, str):
                found += re.findall(r"\{\{\{([^{}]+)\}\}\}", value)
    return list(dict.fromkeys([*OWN, *found]))


def make(
    *, actor: Actor, run: runs.Run, code: str, kind_id: str, ending: str, written: Mapping[str, str]
) -> Made:  # fmt: skip
    """Make a document for an area. Raises Refused, Invalid (kind, a slot that cannot be used), NotKept (the run's files)."""
    actor.require("export", code)
    kind = kinds().get(kind_id)
    if kind is None:
        raise Invalid({"kind": _("请选择文种")})
    if ending not in ENDINGS:
        raise Invalid({"ending": _("请选择 Word 或 PDF")})
    long = {name: _("最多 %s 字") % LONGEST for name, text in written.items() if len(text) > LONGEST}
    if long:
        raise Invalid(long)
    given = {name: _value(kind, name, text) for name, text in written.items() if text.strip()}
    given.setdefault("单位", areas.names([code])[code])
    from bangfu.core.documents.forms.package import FormError

    with tempfile.TemporaryDirectory(prefix="bangfu-document-") as folder:
        try:
            before = _figures(Path(folder), run.previous, code, kind, given) if run.previous_id else None
            made = _write(Path(folder), run, code, kind, given, Path(folder) / f"out{ending}", before)
            content = made.out.read_bytes()
        except FormError as error:
            raise Invalid({"": str(error)}) from None
    statuses = [source.status for source in made.document.sources]
    after = {"kind": kind_id, "ending": ending, "run": run.pk, "figures": len(statuses)}
    audit.record(actor, DOCUMENT_MADE, audit.Subject("run", str(run.pk), code), after=after)
    return Made(
        f"{made.document.title}{ending}",
        content,
        statuses.count("computed"),
        statuses.count("unknown"),
        statuses.count("typed"),
        [(s.name, s.before or "", s.printed) for s in made.changes],
        list(dict.fromkeys(str(gap) for gap in made.document.gaps)),
    )


def _value(kind: Kind, name: str, text: str) -> Any:
    """Lines of text; for tasks one a line: what; who; until when."""
    if any(block.get("tasks") == name for block in kind.blocks):
        rows = [
            [part.strip() for part in line.replace("；", ";").split(";")] for line in text.splitlines() if line.strip()
        ]
        names = ("事项", "责任人", "时限")
        return [dict(zip(names, row, strict=False)) for row in rows]
    return text.replace("\r\n", "\n").strip()


def _figures(folder: Path, run: runs.Run | None, code: str, kind: Kind, given: Mapping[str, Any]) -> Path | None:
    """The same document's figures a run earlier, for what changed; None where that run keeps nothing."""
    if run is None:
        return None
    try:
        return _write(folder, run, code, kind, given, folder / "before.docx", None).figures  # type: ignore[no-any-return]
    except NotKept:
        return None


def _write(
    folder: Path, run: runs.Run, code: str, kind: Kind, given: Mapping[str, Any], out: Path, before: Path | None
) -> Any:
    from bangfu.core.reporting.reports import ReportRequest, write_report

    try:
        book = runs.book_of(run)
    except runs.RulesGone:
        raise NotKept("这次比对所用规则的副本已不在 / the copy of the rules of this run is gone") from None
    data = _data(folder / f"data-{run.pk}", run, book)
    return write_report(ReportRequest(kind, book, data, run.as_of, out, code, given, before))


def _data(folder: Path, run: runs.Run, book: Rulebook) -> Path:
    """The run's snapshot with the names of its villages beside it, as the tree of areas has them."""
    snapshot = runs.results(run.pk) / "snapshot"
    if not snapshot.is_dir():
        raise NotKept("这次比对的快照已不在 / the snapshot of this run is no longer there")
    folder.mkdir()
    for path in snapshot.glob("*.parquet"):
        (folder / path.name).symlink_to(path)
    if not (folder / "villages.parquet").exists():
        write_villages(folder, run.area_code, book)
    return folder
