"""Terms by issuer: three versions of 六个精准 are three lists, and a document says whose it means."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Version:
    """One issuer's list under a term, from a year on; no items where only the label is known."""

    term: str
    issuer: str
    since: int
    items: tuple[str, ...]

    @property
    def text(self) -> str:
        """As a document cites it."""
        listed = f"（{'、'.join(self.items)}）" if self.items else ""
        return f"{self.issuer}“{self.term}”{listed}"


@cache
def versions() -> dict[str, tuple[Version, ...]]:
    """All versions by term."""
    import yaml

    raw = yaml.safe_load(Path(__file__).with_name("vocabularies.yml").read_text(encoding="utf-8"))
    return {
        str(entry["term"]): tuple(
            Version(str(entry["term"]), v["issuer"], v["since"], tuple(v["items"])) for v in entry["versions"]
        )
        for entry in raw
    }


def cited(name: str) -> Version | str:
    """六个精准@国家; without an issuer only where there is one version. A text says why there is none, in both languages."""
    term, _, issuer = name.partition("@")
    known = versions().get(term.strip())
    if known is None:
        return f"没有词条“{term}” / there is no such term; 有 there are: {'、'.join(versions())}"
    fitting = [version for version in known if issuer.strip() in ("", version.issuer)]
    if len(fitting) == 1:
        return fitting[0]
    issuers = "、".join(version.issuer for version in known)
    if not fitting:
        return f"“{term}”没有“{issuer}”的版本 / no version of this issuer; 有 there are: {issuers}"
    return f"“{term}”有{len(known)}个版本，请写明是谁的，如 [[{term}@{known[0].issuer}]] / say whose list: {issuers}"
