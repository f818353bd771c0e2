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
class BureauFile:
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


def bureau_files(area_code: str, month: date) -> list[BureauFile]:
    """Every bureau table of the rulebook, with its file where it came."""
    from bangfu.core.files.find import find_table
    from bangfu.core.files.manifest import read_manifest
    from bangfu.core.files.remarks import FileError

    folder = bureau_folder(area_code, month)
    found = []
    for table in rulebook().tables.values():
        if not table.bureau:
            continue
        try:
            path = find_table(folder, table.file) if folder else None
        except FileError:
            path = None
        if path is None:
            found.append(BureauFile(table.id, table.label.zh, table.label.en))
            continue
        manifest, _problem = read_manifest(path)
        as_of = manifest.as_of if manifest else None
        found.append(BureauFile(table.id, table.label.zh, table.label.en, path.name, as_of, manifest is not None))
    return found


def _home(area_code: str) -> Path:
    if not (area_code.isascii() and area_code.isdigit()):
        raise ValueError(f"no area code: {area_code!r}")
    return Path(settings.MEDIA_ROOT) / "bureau" / area_code[:6]


def gather_bureau_files(area_code: str, as_of: date, target: Path) -> int:
    """Put the bureaus' files for a run into a fresh folder: the month's folder, and over it what came in as an import and
    was accepted, the latest of each table. Returns how many files there are."""
    placed = bureau_folder(area_code, as_of)
    if placed is None:
        target.mkdir()  # tells the core that no bureau file came, not that the data are clean
    else:
        shutil.copytree(placed, target)
    actor = replace(system_actor(), grants=(Grant("county_civil_affairs", area_code),))
    for table, accepted in imports.bureau_files(actor, as_of).items():
        name = rulebook().tables[table].file
        for old in (*target.glob(f"{name}.*"), target / name):
            shutil.rmtree(old) if old.is_dir() else old.unlink(missing_ok=True)
        shutil.copyfile(accepted.path, target / f"{name}{Path(accepted.file_name).suffix.lower()}")
        if accepted.manifest is not None:
            text = json.dumps(accepted.manifest, ensure_ascii=False)
            (target / f"{name}.manifest.json").write_text(text, encoding="utf-8")
    return sum(1 for path in target.iterdir() if ".manifest." not in path.name)
