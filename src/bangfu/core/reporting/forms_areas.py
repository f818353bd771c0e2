"""Areas as forms name them: 东风村, 东风村委会, 示例东风村, 城关镇 … to codes, never by guess where two fit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bangfu.core.documents.forms.labels import squeezed
from bangfu.core.values.area import read_area_code

VILLAGE, TOWNSHIP, COUNTY = 12, 9, 6
GROUP = "#"
_TAIL = re.compile(r"(?:村民委员会|社区居民委员会|社区居委会|居民委员会|村委会|居委会|行政村|社区|村|居)$")
_TOWN_TAIL = re.compile(r"(?:人民政府|街道办事处|街道办|街道|镇|乡)$")
_OF_TOWN = re.compile(r"(.{2,9}?(?:镇|乡|街道))(.{2,})$")
_NUMBERED = re.compile(r"^(?:\d{1,3}|[一二三四五六七八九十]{1,3})[.、．]")


@dataclass(slots=True)
class AreaBook:
    """Names by code: 12 digits a village, 9 a township. `scope` limits to the area that was asked for."""

    villages: Mapping[str, str]
    townships: Mapping[str, str]
    scope: str = ""
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Villagers' groups by village, as the households name them."""
    _keys: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for code, name in [*self.townships.items(), *self.villages.items()]:
            for key in {_key(name), _bare(name, code)}:
                self._keys.setdefault(key, []).append(code)

    def inside(self, level: int, area: str = "") -> list[str]:
        """Codes of a level within the scope and an area, in order."""
        held = self.villages if level == VILLAGE else self.townships
        return sorted(code for code in held if code.startswith(self.scope) and code.startswith(area))

    def name(self, code: str) -> str:
        """The name of an area; empty where the registry has none."""
        village, _, group = code.partition(GROUP)
        return (self.villages.get(village) or self.townships.get(village) or "") + group.rstrip(GROUP)

    def find_group(self, village: str, text: str) -> str:
        """The code of a village's group that a label names (第1组, 一组, 1村民小组); empty where none is surely meant."""
        wanted = _group_key(text)
        found = [name for name in self.groups.get(village, ()) if _group_key(name) == wanted]
        return group_code(village, found[0]) if len(found) == 1 else ""

    def find(self, text: str, level: int = 0, area: str = "") -> list[str]:
        """The codes that a label may mean within an area, of a level where one is given: none, one, or several."""
        key = _NUMBERED.sub("", squeezed(text))
        code = read_area_code(key).value
        if isinstance(code, str) and (code in self.villages or code in self.townships or len(code) <= COUNTY):
            found = [_shortened(code)]
        else:
            found = self._by_name(key, level)
        codes = [c for c in found if _level(c) == level or not level]
        codes = [c for c in codes if c.startswith(self.scope) or self.scope.startswith(c)]
        within = [c for c in codes if c.startswith(area)]
        return sorted(set(within))

    def _by_name(self, key: str, level: int) -> list[str]:
        exact = self._keys.get(_key(key)) or self._keys.get(_TAIL.sub("", key)) if len(key) >= 2 else None
        if exact:
            return list(exact)
        of_town = _OF_TOWN.match(key)  # 城关镇东风村
        if of_town:
            towns = self.find(of_town[1], TOWNSHIP)
            return [c for town in towns for c in self.find(of_town[2], VILLAGE, town)] if len(towns) == 1 else []
        if len(key) < 2:
            return []
        bare = _TAIL.sub("", _TOWN_TAIL.sub("", key)) if len(key) > 2 else key
        if len(bare) < 2:
            return []
        return [
            code for code, name in [*self.villages.items(), *self.townships.items()]
            if _bare(name, code).endswith(bare) and (_fits(key, name) or not level)
        ]  # fmt: skip

    def township_of(self, code: str) -> str:
        """The name of the township that a code lies in."""
        return self.townships.get(code[:TOWNSHIP], "")


def group_code(village: str, name: str) -> str:
    """The code of a group within its village; no group's code begins another's."""
    return f"{village}{GROUP}{name}{GROUP}"


def _group_key(text: str) -> str:
    key = re.sub(r"^第|(?:村民)?(?:小组|组|队)$", "", squeezed(text))
    if key.isdigit():
        return str(int(key))
    digits = {c: n for n, c in enumerate("一二三四五六七八九", 1)}
    if key and set(key) <= {*digits, "十"}:
        tens, mark, ones = key.partition("十")
        return str((digits.get(tens, 1) if mark else 0) * 10 + digits.get(ones if mark else key, 0))
    return key


def _fits(key: str, name: str) -> bool:
    """镇 names no 乡 and no village."""
    own, other = _TOWN_TAIL.search(key), _TOWN_TAIL.search(squeezed(name))
    return not own or not other or own[0] == other[0] or own[0] not in ("镇", "乡")


def _key(text: str) -> str:
    return squeezed(text).casefold()


def _bare(name: str, code: str) -> str:
    key = squeezed(name).casefold()
    tail = _TAIL if len(code) == VILLAGE else _TOWN_TAIL
    return tail.sub("", key) or key


def _level(code: str) -> int:
    return len(code)


def _shortened(code: str) -> str:
    for length in (COUNTY, TOWNSHIP, VILLAGE):
        if length <= len(code) and not code[length:].strip("0"):
            return code[:length]
    return code


def area_book(
    villages: Mapping[str, tuple[str, str]], codes: Iterable[str], scope: str, groups: Iterable[tuple[str, str]] = ()
) -> AreaBook:
    """The areas that the table of villages names; codes of households that it lacks get no name."""
    names = {code: name for code, (name, _) in villages.items()}
    for code in codes:
        names.setdefault(code, "")
    towns: dict[str, str] = {code[:TOWNSHIP]: "" for code in names if len(code) == VILLAGE}
    for code, (_, town) in villages.items():
        if town:
            towns[code[:TOWNSHIP]] = town
    named: dict[str, list[str]] = {}
    for village, group in sorted(set(groups), key=lambda pair: (pair[0], _order(pair[1]))):
        named.setdefault(village, []).append(group)
    held = {village: tuple(found) for village, found in named.items()}
    return AreaBook({c: n for c, n in names.items() if len(c) == VILLAGE}, towns, scope, held)


def _order(group: str) -> tuple[int, str]:
    key = _group_key(group)
    return (int(key), "") if key.isdigit() else (10**6, key)
