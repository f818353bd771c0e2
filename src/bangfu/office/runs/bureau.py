"""The bureaus' files of a month: a folder of the county, and over it what came in as an accepted import."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from django.conf import settings

from bangfu.office.accounts.api import Grant, system_actor
from bangfu.office.imports import api as imports
from bangfu.office.registry.api import rulebook

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class TableFile:
    """A bureau table of the rulebook: its labels, the file of the month, and of when its manifest says it is."""

    table: str
    label_zh: str
    label_en: str
    file: str = ""
    as_of: date | None = None
    covers: bool = False

    def label(self, language: str) -> str:
        """The table in a language."""
        return self.label_zh if language.startswith("zh") or not self.label_en else self.label_en


def bureau_folder(area_code: str, month: date) -> Path | None:
    """The folder with the bureaus' files and their manifests of a month, None where there is none."""
    folder = _home(area_code) / f"{month:%Y-%m}"
    return folder if folder.is_dir() else None


def place_bureau_files(area_code: str, month: date, source: Path) -> Path:
    """Copy a folder of bureau files and manifests to where a run of the month finds them; what was there is replaced."""
    target = _home(area_code) / f"{month:%Y-%m}"
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = target.with_name(f".{target.name}.fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(source, fresh)
    fresh.chmod(0o700)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
    return target


def latest_month(area_code: str) -> str:
    """`2026-10`: the latest month with bureau files, empty where there is none."""
    home = _home(area_code)
    found = [path.name for path in home.iterdir() if _MONTH.fullmatch(path.name)] if home.is_dir() else []
    return max(found, default="")


def bureau_files(area_code: str, month: date) -> list[TableFile]:
    """Every bureau table of the rulebook, with the file that a run of the month reads, where there is one."""
    from bangfu.core.files.manifest import read_manifest

    newer, found = _accepted(area_code, month), []
    for table in rulebook().tables.values():
        if not table.bureau:
            continue
        labels = (table.id, table.label.zh, table.label.en)
        accepted, placed = newer.get(table.id), _placed(area_code, month, table.file)
        if accepted is not None:
            found.append(TableFile(*labels, accepted.file_name, accepted.as_of, accepted.manifest is not None))
        elif placed is not None:
            manifest, _problem = read_manifest(placed)
            found.append(TableFile(*labels, placed.name, manifest and manifest.as_of, manifest is not None))
        else:
            found.append(TableFile(*labels))
    return found


def gather_bureau_files(area_code: str, as_of: date, target: Path) -> int:
    """Put the bureaus' files for a run into a fresh folder: the month's folder, and over it what came in as an import and
    was accepted, unless the folder's is of a later day. Returns how many files there are."""
    placed = bureau_folder(area_code, as_of)
    if placed is None:
        target.mkdir()  # tells the core that no bureau file came, not that the data are clean
    else:
        shutil.copytree(placed, target)
    for table, accepted in _accepted(area_code, as_of).items():
        name = rulebook().tables[table].file
        for old in (*target.glob(f"{name}.*"), target / name):
            shutil.rmtree(old) if old.is_dir() else old.unlink(missing_ok=True)
        shutil.copyfile(accepted.path, target / f"{name}{Path(accepted.file_name).suffix.lower()}")
        if accepted.manifest is not None:
            text = json.dumps(accepted.manifest, ensure_ascii=False)
            (target / f"{name}.manifest.json").write_text(text, encoding="utf-8")
    return sum(1 for path in target.iterdir() if ".manifest." not in path.name)


def _placed(area_code: str, month: date, name: str) -> Path | None:
    from bangfu.core.files.find import find_table
    from bangfu.core.files.remarks import FileError

    folder = bureau_folder(area_code, month)
    try:
        return find_table(folder, name) if folder else None
    except FileError:  # two of one name: the core says so when it reads them
        return None


def _accepted(area_code: str, as_of: date) -> dict[str, imports.BureauFile]:
    """By table the accepted imports that count, in the county: those of no earlier day than the folder's file says."""
    from bangfu.core.files.manifest import read_manifest

    actor = replace(system_actor(), grants=(Grant("county_civil_affairs", area_code),))
    found = {}
    for table, accepted in imports.bureau_files(actor, as_of).items():
        placed = _placed(area_code, as_of, rulebook().tables[table].file)
        manifest = read_manifest(placed)[0] if placed else None
        if manifest is None or manifest.as_of is None or manifest.as_of <= accepted.as_of:
            found[table] = accepted
    return found


def _home(area_code: str) -> Path:
    if not (area_code.isascii() and area_code.isdigit()):
        raise ValueError(f"no area code: {area_code!r}")
    return Path(settings.MEDIA_ROOT) / "bureau" / area_code[:6]
