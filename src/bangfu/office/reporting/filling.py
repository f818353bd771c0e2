"""A form filled from the registry as it stands: the registry goes out into a private folder, the core fills, the folder goes."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from bangfu.core.reporting.forms_answers import Answer
from bangfu.office.areas import api as areas
from bangfu.office.registry.api import ExportError, export_registry, rulebook
from bangfu.office.reporting import previews, storage
from bangfu.office.reporting.models import FilledForm
from bangfu.office.reporting.village_table import write_villages
from bangfu.office.runs.api import gather_bureau_files


@dataclass(frozen=True)
class Made:
    """What a filling came to; the keys of the households or persons whose rows stand in it, by kind."""

    filled: int
    doubtful: int
    tables: int
    households: tuple[str, ...]
    persons: tuple[str, ...]
    whole_numbers: bool


def fill(form: FilledForm) -> Made:
    """Fill one form and keep it with its trace. Raises ExportError, FormError, FileError, DataError, storage.Stopped."""
    from bangfu.core.reporting.forms import fill_form
    from bangfu.core.reporting.forms_state import FillRequest

    told = storage.Progress(form)
    with storage.workroom(form) as work:
        data = work / "data"
        if not export_registry(data, form.area_code, told.exporting).rows:
            raise ExportError(_("这个区划在户库里没有户，填不出数来"))
        write_villages(data, form.area_code, rulebook())
        gather_bureau_files(form.area_code[:6], form.as_of, data / "bureau")
        (work / "out").mkdir(mode=0o700)
        named = (
            work / f"{Path(form.file_name).stem[:80] or 'form'}{form.ending}"
        )  # its name stands in what is said of it
        shutil.copyfile(storage.form_path(form), named)
        request = FillRequest(
            named, rulebook(), data, form.as_of, work / "out" / "filled.xlsx", form.area_code,
            answers_of(form.answers), form.purpose, told.filling,
            areas.names([form.area_code]).get(form.area_code, ""),
        )  # fmt: skip
        result = fill_form(request)
        storage.keep(form, work / "out")
    trace = storage.trace(form) or {}
    storage.keep_preview(form, previews.shown(storage.filled_path(form), trace))
    keys = {of: _keys(trace, of) for of in ("household", "person")}
    return Made(
        result.filled, result.doubtful, result.tables, keys["household"], keys["person"],
        bool(form.purpose) and any(keys.values()),
    )  # fmt: skip


def _keys(trace: Mapping[str, Any], of: str) -> tuple[str, ...]:
    rosters = [roster for roster in trace.get("rosters", ()) if str(roster["of"]).startswith(of)]
    return tuple(sorted({str(key) for roster in rosters for key in roster["keys"].values() if key}))


def answers_of(kept: Mapping[str, Mapping[str, Any]]) -> dict[str, Answer]:
    """Answers as the core takes them."""
    return {
        header: Answer(bool(said.get("blank")), str(said.get("reading", "")), str(said.get("phrase", "")))
        for header, said in kept.items()
    }
