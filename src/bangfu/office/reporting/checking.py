"""A text or a filled form that somebody brings, checked on the spot: nothing of it is kept."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.pages.refusals import Invalid
from bangfu.office.reporting.events import TEXT_CHECKED
from bangfu.office.runs import api as runs

if TYPE_CHECKING:
    from bangfu.core.figures.findings import Finding

ENDINGS = (".txt", ".docx", ".xlsx", ".pdf")
LARGEST_MB = 10
LONGEST = 60_000
"""Characters of one text: three long reports; what is longer is checked by the command."""


@dataclass(frozen=True)
class Checked:
    """What came out: counts by verdict, findings in words, and the text with marks as HTML (escaped by the core)."""

    name: str
    counts: dict[str, int]
    findings: list[Finding]
    html: str
    compared: runs.Run | None


def check(*, actor: Actor, file: UploadedFile | None, text: str, language: str, run: runs.Run | None = None) -> Checked:
    """Check one document, against a run's figures of the actor's area too where one is given. Raises Refused, Invalid."""
    actor.require("home.view")
    from bangfu.core.figures.check import check as find
    from bangfu.core.figures.files import DataError, read
    from bangfu.core.figures.report import sections

    with tempfile.TemporaryDirectory(prefix="bangfu-check-") as folder:
        path = _put(Path(folder), file, text)
        try:
            document = read(path)
        except DataError as error:
            raise Invalid({"file": str(error).replace(str(path), path.name)}) from None
    if len(document.text.raw) > LONGEST:
        raise Invalid({"file" if file else "text": _("最多 %s 字，更长的请分开核对") % LONGEST})
    findings = find(document)
    if run is not None:
        findings = sorted([*findings, *_against(actor, run, document)], key=lambda f: (f.start, f.end))
    name = Path(document.name).name
    subject = audit.Subject("text", name[:60], "")
    audit.record(actor, TEXT_CHECKED, subject, after={"findings": len(findings), "run": run.pk if run else None})
    counts = Counter(finding.verdict for finding in findings)
    shown = sections(document, findings, "zh" if language.startswith("zh") else "en")
    return Checked(name, dict(counts), findings, shown, run)


def _put(folder: Path, file: UploadedFile | None, text: str) -> Path:
    if file is not None:
        ending = Path(file.name or "").suffix.lower()
        if ending not in ENDINGS:
            raise Invalid({"file": _("请上传 .txt、.docx、.xlsx 或 .pdf")})
        if (file.size or 0) > LARGEST_MB << 20:
            raise Invalid({"file": _("文件超过 %d MB") % LARGEST_MB})
        path = folder / f"{_plain(Path(file.name or '').stem)}{ending}"
        path.write_bytes(b"".join(file.chunks()))
        return path
    if not text.strip():
        raise Invalid({"text": _("请粘贴文字，或选择文件")})
    path = folder / f"{_('粘贴的文字')}.txt"
    path.write_text(text, encoding="utf-8")
    return path


def _plain(stem: str) -> str:
    """A name for the page that cannot leave the folder."""
    return "".join(c if c.isalnum() or c in "-_（）()《》" else "_" for c in stem)[:60] or "text"


def _against(actor: Actor, run: runs.Run, document: object) -> list[Finding]:
    """Findings against the run's indicators, of the actor's areas only: a message names the registry's figure."""
    from dataclasses import replace

    from bangfu.core.figures.registry import compare, read_indicators

    whole = read_indicators(runs.results(run.pk))
    own = actor.areas("runs.view")
    everything = any(run.area_code.startswith(prefix) for prefix in own)
    kept = tuple(i for i in whole.indicators if (everything if not i.area else any(i.area.startswith(p) for p in own)))
    names = {place.name: place.code for place in runs.places(actor, run)}
    return list(compare(document, replace(whole, indicators=kept, areas=names)))  # type: ignore[arg-type]
