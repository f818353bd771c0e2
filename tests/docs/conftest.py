"""What the tests of the documents share: the files, their tables and their fenced blocks."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    """Every Markdown page of the project."""
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\n")  # fmt: skip
    return [ROOT / name for name in tracked if name and (ROOT / name).is_file()]


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return [body for _, found, body in _FENCE.findall(text) if found == language]


def without_blocks(text: str) -> str:
    """The text without fenced blocks."""
    return _FENCE.sub("", text)


def tables(text: str) -> Iterator[tuple[tuple[str, ...], list[tuple[str, ...]]]]:
    """Every table as its header and its rows; cells are stripped."""
    lines = without_blocks(text).splitlines()
    at = 0
    while at < len(lines):
        if lines[at].startswith("|") and at + 1 < len(lines) and set(lines[at + 1]) <= set("|-: "):
            header, rows = _cells(lines[at]), []
            at += 2
            while at < len(lines) and lines[at].startswith("|"):
                rows.append(_cells(lines[at]))
                at += 1
            yield header, rows
        at += 1


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|")))
