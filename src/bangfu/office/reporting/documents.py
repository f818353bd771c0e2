"""An official document: made on the spot from a monthly run's own snapshot, nothing of it is kept.

Kinds with a list of people need names, which no run has: they are made from the registry as it stands, exported into a private
folder that goes at once. Their numbers are masked; a notice has none.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.pages.free_text import problem_of
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import api as registry
from bangfu.office.registry.api import ExportError, export_registry, rulebook
from bangfu.office.reporting import storage
from bangfu.office.reporting.events import DOCUMENT_MADE, LIST_MADE
from bangfu.office.reporting.figures import NotKept
from bangfu.office.reporting.village_table import write_villages
from bangfu.office.runs import api as runs

if TYPE_CHECKING:
    from bangfu.core.documents.official.kinds import Kind
    from bangfu.core.documents.official.model import Source
    from bangfu.core.rulebook.model import Rulebook

ENDINGS = (".docx", ".pdf")
LONGEST = 20_000
MOST_LISTED = 20_000
"""Households of an area up to which a list is made while somebody waits."""
SUBJECT = "对象"
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
    sources: tuple[Source, ...] = ()
    listed: int | None = None
    """How many households stand in it by name; None where the kind has no list."""


@cache
def kinds() -> dict[str, Kind]:
    """All kinds by id."""
    from bangfu.core.documents.official.kinds import kinds as every

    return every()


def slots(kind: Kind) -> list[str]:
    """What a person writes into a kind, in the order of the document."""
    found = [SUBJECT] if kind.lists_people else []
    for block in kind.blocks:
        for key, value in block.items():
            if key in _TEXT and isinstance(value, str):
                found.append(value)
            elif isinstance(value, str):
                found += re.findall(r"\{\{\{([^{}]+)\}\}\}", value)
    return list(dict.fromkeys([*OWN, *found, *kind.present, *issued()]))


def issued() -> tuple[str, ...]:
    """What an issued document has besides: red head, attachments, imprint; all may be left blank."""
    from bangfu.core.documents.official.issue import SLOTS

    return SLOTS


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

    if kind.lists_people:
        _may_list(actor, code, written)
    with tempfile.TemporaryDirectory(prefix=storage.DOCUMENT, dir=storage.root()) as folder:
        try:
            out = Path(folder) / f"out{ending}"
            if kind.lists_people:
                made = _write(_registry(Path(folder), code), rulebook(), run.as_of, code, kind, given, out, None)
            else:
                before = _figures(Path(folder), run.previous, code, kind, given) if run.previous_id else None
                made = _of_run(Path(folder), run, code, kind, given, out, before)
            content = made.out.read_bytes()
        except (FormError, ExportError) as error:
            raise Invalid({"": str(error)}) from None
    statuses = [source.status for source in made.document.sources]
    listed = _listed(made.document) if kind.lists_people else None
    after = {"kind": kind_id, "ending": ending, "run": run.pk, "figures": len(statuses)}
    if listed is not None:
        after |= {"listed": listed, "subject": given.get(SUBJECT, ""), "sha256": hashlib.sha256(content).hexdigest()}
    audit.record(
        actor, LIST_MADE if kind.lists_people else DOCUMENT_MADE, audit.Subject("run", str(run.pk), code), after=after
    )
    return Made(
        f"{made.document.title}{ending}",
        content,
        statuses.count("computed"),
        statuses.count("unknown"),
        statuses.count("typed"),
        [(s.name, s.before or "", s.printed) for s in made.changes],
        list(dict.fromkeys(str(gap) for gap in made.document.gaps)),
        tuple(made.document.sources),
        listed,
    )


def _may_list(actor: Actor, code: str, written: Mapping[str, str]) -> None:
    """Who may list households by name, of whom, and how many while they wait. Raises Refused, Invalid."""
    from bangfu.core.documents.forms.package import FormError
    from bangfu.core.reporting.reports_lists import condition_of, tells_health
    from bangfu.core.reporting.words import reader_of

    actor.require("registry.view", code)
    numbers = {name: problem for name, text in written.items() if (problem := _personal(name, text))}
    if numbers:
        raise Invalid(numbers)
    subject = written.get(SUBJECT, "").strip()
    if not subject:
        raise Invalid({SUBJECT: _("请写明名单列哪些户，如低保户、监测对象")})
    try:
        where = condition_of(subject, reader_of(rulebook()))[0]
    except FormError as error:
        raise Invalid({SUBJECT: str(error)}) from None
    if tells_health(where):
        raise Invalid({SUBJECT: _("这样的名单会说出每户的健康状况；确有需要，请到“填上级的表”说明目的后填写")})
    if registry.households(actor).filter(area_code__startswith=code)[: MOST_LISTED + 1].count() > MOST_LISTED:
        raise Invalid({"area": _("这个区划超过 %d 户，请按乡镇或村分别生成") % MOST_LISTED})


def _personal(name: str, text: str) -> str:
    """What is wrong with a text that goes out with a list; the telephone that people may ring is the office's."""
    return "" if name == "联系电话" else problem_of(text, needed=False, most=LONGEST)


def _listed(document: Any) -> int:
    """Rows of the lists of a document."""
    return sum(len(block.rows) for block in document.blocks if hasattr(block, "rows") and "户主姓名" in block.head)


def _registry(folder: Path, code: str) -> Path:
    """The registry of an area as it stands, with the names of its villages. Raises ExportError, Invalid."""
    data = folder / "registry"
    if not export_registry(data, code).rows:
        raise Invalid({"area": _("这个区划在户库里没有户")})
    write_villages(data, code, rulebook())
    return data


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
        return _of_run(folder, run, code, kind, given, folder / "before.docx", None).figures  # type: ignore[no-any-return]
    except NotKept:
        return None


def _of_run(
    folder: Path, run: runs.Run, code: str, kind: Kind, given: Mapping[str, Any], out: Path, before: Path | None
) -> Any:
    try:
        book = runs.book_of(run)
    except runs.RulesGone:
        raise NotKept("这次比对所用规则的副本已不在 / the copy of the rules of this run is gone") from None
    return _write(data_of(folder / f"data-{run.pk}", run, book), book, run.as_of, code, kind, given, out, before)


def _write(
    data: Path,
    book: Rulebook,
    day: date,
    code: str,
    kind: Kind,
    given: Mapping[str, Any],
    out: Path,
    before: Path | None,
) -> Any:
    from bangfu.core.reporting.reports import ReportRequest, write_report

    return write_report(ReportRequest(kind, book, data, day, out, code, given, before))


def data_of(folder: Path, run: runs.Run, book: Rulebook) -> Path:
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
