"""The English of the office's pages: `messages.py update` collects texts, `compile` makes them usable, `check` finds gaps.

Chinese texts in code and templates are the keys; each app has `locale/en/LC_MESSAGES/django.po`.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

OFFICE = Path(__file__).resolve().parent.parent / "src" / "bangfu" / "office"
KEYWORDS = dict.fromkeys(("gettext", "_", "gettext_lazy", "gettext_noop")) | {
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
Text = str | tuple[str, ...]


def apps() -> list[Path]:
    """The office's apps."""
    return sorted(path.parent for path in OFFICE.glob("*/__init__.py"))


def texts(app: Path) -> Iterator[tuple[Text, str | None, str]]:
    """Every translatable text of an app: the text (or singular and plural), its context, the file."""
    from django.utils.translation.template import templatize

    for path in sorted(app.rglob("*")):
        if path.suffix not in (".py", ".html", ".txt") or "migrations" in path.parts:
            continue
        source = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            source = templatize(source, origin=str(path))
        for _line, message, _comments, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
            if message and message != "":
                yield message, context, str(path.relative_to(OFFICE))


def po_of(app: Path) -> Path:
    """Where an app's English lies."""
    return app / "locale" / "en" / "LC_MESSAGES" / "django.po"


def _empty() -> Catalog:
    return Catalog(locale="en", project="bangfu", version="office", header_comment="", charset="utf-8", fuzzy=False)


def english(app: Path) -> Catalog:
    """An app's English as it stands."""
    path = po_of(app)
    if not path.exists():
        return _empty()
    with path.open("rb") as file:
        return read_po(file, locale="en")


def update(app: Path) -> int:
    """Add new texts, drop those no longer used; returns how many lack English."""
    old, new = english(app), _empty()
    for message, context, _file in texts(app):
        known = old.get(message if isinstance(message, str) else message[0], context)
        new.add(message, known.string if known else None, context=context)
    if not len(new):
        return 0
    path = po_of(app)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, new, width=0, sort_output=True, omit_header=False, no_location=True)
    kept = [line for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if "-Date: " not in line]
    path.write_text("".join(kept), encoding="utf-8")
    return len(gaps(app))


def gaps(app: Path) -> list[str]:
    """Texts of an app without English."""
    known = english(app)
    missing = []
    for message, context, file in texts(app):
        key = message if isinstance(message, str) else message[0]
        found = known.get(key, context)
        words = found.string if found else ""
        if not (all(words) if isinstance(words, tuple) else words):
            missing.append(f"{file}: {key}")
    return missing


def compile_all() -> None:
    """Write `django.mo` beside each `django.po` that is newer."""
    for app in apps():
        path = po_of(app)
        target = path.with_suffix(".mo")
        if path.exists() and (not target.exists() or target.stat().st_mtime < path.stat().st_mtime):
            whole = io.BytesIO()
            write_mo(whole, english(app))
            target.write_bytes(whole.getvalue())


def main() -> int:
    """Run one of the three."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("update", "compile", "check"))
    what = parser.parse_args().what
    if what == "compile":
        compile_all()
        return 0
    missing = [line for app in apps() for line in (gaps(app) if what == "check" else [])]
    if what == "update":
        for app in apps():
            update(app)
        missing = [line for app in apps() for line in gaps(app)]
        compile_all()
    for line in missing:
        print(f"没有英文 / no English: {line}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
