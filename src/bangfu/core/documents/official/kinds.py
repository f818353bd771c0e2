"""The kinds of documents as templates: text over figures that are named in words, and slots that a person writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "kinds"


@dataclass(frozen=True, slots=True)
class Kind:
    """A template. Blocks are mappings with one key: h1 to h3, p (text with {{figure}} and {{{slot}}}), slot, list, table."""

    id: str
    name: str
    title: str
    addressed: bool
    signed: bool
    blocks: tuple[Mapping[str, Any], ...]
    mark: str = ""
    """The red mark that is the kind's own: minutes have one."""
    present: tuple[str, ...] = ()
    """Lines of those who were there, under the body of minutes."""
    public: bool = False
    """Whether it hangs on a wall: its lists hold no number, telephone, account, address or health."""

    @property
    def lists_people(self) -> bool:
        """Whether households stand in it by name."""
        return any("list" in block for block in self.blocks)


@cache
def kinds() -> dict[str, Kind]:
    """All kinds by id."""
    import yaml

    found = {}
    for path in sorted(FOLDER.glob("*.yml")):
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        found[path.stem] = Kind(
            path.stem,
            raw["name"],
            raw["title"],
            raw.get("addressed", False),
            raw.get("signed", True),
            tuple(raw["blocks"]),
            raw.get("mark", ""),
            tuple(raw.get("present", ())),
            raw.get("public", False),
        )
    return found


def kind_named(text: str) -> Kind | None:
    """A kind by its id or its Chinese name."""
    every = kinds()
    return every.get(text) or next((kind for kind in every.values() if kind.name == text), None)
