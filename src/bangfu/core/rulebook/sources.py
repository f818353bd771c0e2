"""The files of a rulebook and of what it extends: found, bounded, read once and hashed."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from bangfu.core.rulebook.mistakes import Mistake, RulebookError, nearest
from bangfu.core.rulebook.model import Place
from bangfu.core.rulebook.yaml_source import (
    MAX_ALL_NODES,
    MAX_BYTES,
    Budget,
    Mapping,
    Node,
    Scalar,
    read_yaml,
    too_big,
)

FOLDERS = (
    "facts", "parameters", "policies", "alerts", "checks", "indicators", "procedures", "visits", "campaigns", "calendar", "codes",
    "cases",
)  # fmt: skip
MAX_LINEAGE = 10
MAX_FILES = 2_000
MAX_TOTAL = 12_000_000
MAX_NAME = 200
MAX_TABLE_BYTES = 8_000_000
_YAML = (".yml", ".yaml")


@dataclass(slots=True)
class Source:
    """One rulebook's folder: its head and, per folder, the root nodes of its files."""

    root: Path
    head: Mapping
    roots: dict[str, list[Node]] = field(default_factory=dict)
    tables: dict[str, bytes] = field(default_factory=dict)
    """The bytes of the CSV files beside the definitions, by the name that a Place shows."""


class Sources:
    """Reads a rulebook's folders and those of its lineage, the extended ones first."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = mistakes
        self.unreadable = False
        """Whether a file could not be read at all, so that names it declares are not known to be missing."""
        self._files: list[tuple[str, bytes]] = []
        self._total = 0
        self._full = False
        self._budget = Budget(MAX_ALL_NODES)

    def lineage(self, root: Path, *, cases: bool) -> list[Source]:
        """The rulebook in `root` preceded by what it extends; raises RulebookError where there is none."""
        found: list[Source] = []
        seen: list[str] = []
        place = Place(str(root), 1, 1)
        following: Path | None = root
        while following is not None:
            real = _real(following)
            if real in seen:
                names = " → ".join(os.path.basename(name) for name in [*seen[seen.index(real) :], real])
                self._add(place, f"a circle of extends: {names}", "rulebooks that do not extend themselves")
                break
            if len(seen) == MAX_LINEAGE:
                self._add(place, f"more than {MAX_LINEAGE} rulebooks in a row", "fewer levels of extends")
                break
            seen.append(real)
            level = str(len(seen) - 1)
            source = self._source(following, place, level)
            if source is None:
                break
            found.append(source)
            self._folders(source, level, cases=cases)
            extends = source.head.entries.get("extends")
            following = None
            if isinstance(extends, Scalar) and extends.text.isprintable() and 0 < len(extends.text) <= MAX_NAME:
                place = extends.place
                following = beside(source.root, extends.text)
            elif extends is not None:
                self._add(extends.place, f"extends: {extends.kind}", "the name of one rulebook, such as cn or ../cn")
        if not found:
            raise RulebookError(self.mistakes)
        return found[::-1]

    def digest(self) -> str:
        """sha256 over all files of the lineage, each with its level and its path within the rulebook."""
        total = hashlib.sha256()
        for name, data in sorted(self._files):
            total.update(f"{name}\0{len(data)}\0".encode(errors="surrogateescape"))
            total.update(data)
        return total.hexdigest()

    def _add(self, place: Place, found: str, expected: str, near: str = "") -> None:
        self.mistakes.append(Mistake(place, found, expected, near))

    def _source(self, root: Path, place: Place, level: str) -> Source | None:
        said = f"{root}" if level == "0" else f"extends: {root}"
        if not _is_folder(root):
            what = "which is a file" if os.path.isfile(root) else "which is not there"
            known = _rulebooks(root.parent)
            self._add(place, f"{said}, {what}", "the folder of a rulebook", nearest(root.name, known))
            self.unreadable = True
            return None
        path = root / "rulebook.yml"
        if not path.is_file():
            self._add(place, f"{said}, a folder without rulebook.yml", "the folder of a rulebook")
            self.unreadable = True
            return None
        data = self._bytes(path, root, MAX_BYTES)
        head = None if data is None else self._parsed(str(path), data)
        self._remember(level, "rulebook.yml", data or b"")
        if head is not None and not isinstance(head, Mapping):
            self._add(head.place, head.kind, "name, version, country, title, licence, extends")
            self.unreadable, head = True, None
        return Source(root, head if isinstance(head, Mapping) else Mapping(str(path), 1, 1))

    def _folders(self, source: Source, level: str, *, cases: bool) -> None:
        for entry in self._entries(source.root, source.root):
            if entry.name in FOLDERS:
                continue
            if _is_folder(entry) and any(
                inner.name.endswith(_YAML) for inner in self._entries(Path(entry.path), source.root)
            ):
                place = Place(entry.path, 1, 1)
                self._add(
                    place,
                    f"the folder {entry.name}",
                    "one of " + ", ".join(FOLDERS),
                    nearest(entry.name, FOLDERS),
                )
            elif entry.name.endswith(_YAML) and entry.name != "rulebook.yml":
                self._add(
                    Place(entry.path, 1, 1),
                    "definitions beside rulebook.yml",
                    "a file in facts/, policies/ and so on",
                )
        for folder in FOLDERS:
            self._folder(source, level, folder, parse=cases or folder != "cases")

    def _entries(self, folder: Path, root: Path) -> list[os.DirEntry[str]]:
        """What a folder holds, by name; hidden names are left out, an absent folder holds nothing."""
        try:
            if (
                folder.is_symlink()
                and folder != root
                and not folder.resolve(strict=True).is_relative_to(root.resolve())
            ):
                self._add(
                    Place(str(folder), 1, 1),
                    "a link that leads out of the rulebook",
                    "a folder of the rulebook",
                )
                self.unreadable = True
                return []
            with os.scandir(folder) as found:
                return sorted((e for e in found if not e.name.startswith((".", "__"))), key=lambda e: e.name)
        except (FileNotFoundError, NotADirectoryError):
            return []
        except (OSError, RuntimeError) as error:  # RuntimeError: Python before 3.13 on a circle of links
            why = error.strerror if isinstance(error, OSError) else "a circle of links"
            self._add(Place(str(folder), 1, 1), f"a folder that cannot be opened ({why})", "a folder to read")
            self.unreadable = True
            return []

    def _folder(self, source: Source, level: str, folder: str, *, parse: bool) -> None:
        roots = source.roots.setdefault(folder, [])
        for entry in self._entries(source.root / folder, source.root):
            if not entry.name.endswith((*_YAML, ".csv")):
                continue
            csv = entry.name.endswith(".csv")
            data = self._bytes(Path(entry.path), source.root, MAX_TABLE_BYTES if csv else MAX_BYTES)
            if data is None:
                continue
            self._remember(level, f"{folder}/{entry.name}", data)
            if csv:
                source.tables[entry.path] = data
            elif parse:
                node = self._parsed(entry.path, data)
                if node is not None:
                    roots.append(node)

    def _remember(self, level: str, name: str, data: bytes) -> None:
        self._files.append((f"{level}/{name}", data))
        self._total += len(data)

    def _parsed(self, shown: str, data: bytes) -> Node | None:
        before = len(self.mistakes)
        node = read_yaml(shown, data, self.mistakes, self._budget)
        self.unreadable |= node is None and len(self.mistakes) > before
        return node

    def _bytes(self, path: Path, root: Path, limit: int) -> bytes | None:
        """The file's bytes; None with a mistake where it is no plain file within the rulebook and the limits."""
        data: bytes | None = None
        try:
            size = path.stat().st_size
            refusal = None if self._full else self._refusal(path, root, size, limit)
            if refusal is None and not self._full:
                # a folder may change underfoot, so the limit holds for what is read as well
                with path.open("rb") as file:
                    data = file.read(limit + 1)
                if len(data) > limit:
                    data, refusal = None, too_big(str(path), limit)
        except OSError as error:
            refusal = Mistake(
                Place(str(path), 1, 1), f"a file that cannot be opened ({error.strerror})", "a file to read"
            )
        if refusal is not None:
            self.mistakes.append(refusal)
        self.unreadable |= data is None
        return data

    def _refusal(self, path: Path, root: Path, size: int, limit: int) -> Mistake | None:
        place = Place(str(path), 1, 1)
        if path.is_symlink() and not path.resolve().is_relative_to(root.resolve()):
            return Mistake(place, "a link that leads out of the rulebook", "a file of the rulebook")
        if not path.is_file():
            return Mistake(place, "something that is not a file", "a file")
        if size > limit:
            return too_big(str(path), limit)
        if len(self._files) >= MAX_FILES or self._total + size > MAX_TOTAL:
            self._full = True
            return Mistake(place, f"more than {MAX_FILES:,} files or {MAX_TOTAL:,} bytes", "a smaller rulebook")
        return None


def beside(root: Path, name: str) -> Path:
    """The folder that `extends` means: a sibling's name, or a path from the rulebook's own folder."""
    steps = (root, name) if "/" in name or name.startswith(".") else (root, "..", name)
    return Path(os.path.normpath(os.path.join(*steps)))


def _real(path: Path) -> str:
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):  # no such path can exist, which _source says
        return str(path)


def _is_folder(path: Path | os.DirEntry[str]) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # a circle of links, a name too long for the system
        return False


def _rulebooks(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir() if (path / "rulebook.yml").is_file()]
    except (OSError, ValueError):
        return []
