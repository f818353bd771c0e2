"""Definitions of a lineage put one over the other: same id replaces, `enabled: false` switches off."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bangfu.core.rulebook.reading import Fields, Reader, cut, definitions, in_section
from bangfu.core.rulebook.sources import Source
from bangfu.core.rulebook.yaml_source import Mapping, Node, Scalar

Key = TypeVar("Key", bound=Hashable)
Found = tuple[Node, Scalar | None]
"""A definition and the key it stands under, if any."""
Identify = Callable[[str, Node, Node], Key | None]
"""(name, where the name stands, definition) to what the definition is known by."""


@dataclass(slots=True)
class Merged(Generic[Key]):
    """The nodes of one kind of definition after merging, and the keys that were switched off."""

    nodes: dict[Key, Node] = field(default_factory=dict)
    off: set[Key] = field(default_factory=set)


def found_in(
    reader: Reader, source: Source, folder: str, *, keyed: bool = False, beside: tuple[str, ...] = ()
) -> Iterator[Found]:
    """The definitions of one folder of one rulebook, in the order of file names."""
    for root in source.roots.get(folder, []):
        yield from definitions(reader, root, folder, keyed=keyed, beside=beside)


def section_in(reader: Reader, source: Source, folder: str, section: str) -> Iterator[Found]:
    """The definitions under one section's key in the files of a folder."""
    for root in source.roots.get(folder, []):
        if isinstance(root, Mapping) and section in root.entries and "id" not in root.entries:
            yield from in_section(reader, root.entries[section], section)


def merged(
    reader: Reader,
    levels: Iterable[Iterable[Found]],
    what: str,
    identify: Identify[Key],
    over: Callable[[Node | None, Node], Node] | None = None,
) -> Merged[Key]:
    """Definitions level by level, the extended rulebook first; two of one id within a level are a mistake.

    `over` lays a definition over the inherited one (None where there is none) instead of replacing it.
    """
    result: Merged[Key] = Merged()
    for level in levels:
        own: dict[Key, Node] = {}
        for node, stands_under in level:
            named = _name(reader, node, stands_under, what)
            key = None if named is None else identify(*named, node)
            if named is None or key is None:
                continue
            if key in own:
                found = f"{what} {named[0]} again (first {own[key].place})"
                reader.add(named[1], found, "one definition of an id within a rulebook")
                continue
            own[key] = node
            if _switched_off(reader, node):
                if key not in result.nodes and _only_switch(node):
                    _nothing_to_switch(reader, result, named, what)
                result.nodes.pop(key, None)
                result.off.add(key)
            else:
                result.off.discard(key)
                result.nodes[key] = node if over is None else over(result.nodes.get(key), node)
    return result


def _switched_off(reader: Reader, node: Node) -> bool:
    return isinstance(node, Mapping) and not Fields(reader, node).boolean("enabled", True)


def _nothing_to_switch(reader: Reader, result: Merged[Key], named: tuple[str, Node], what: str) -> None:
    name, place = named
    known = [str(key[-1] if isinstance(key, tuple) else key) for key in result.nodes]
    reader.unknown(place, f"enabled: false for {cut(name)}", name, f"{what} of the extended rulebook", known)


def _only_switch(node: Node) -> bool:
    return isinstance(node, Mapping) and node.entries.keys() <= {"id", "of", "enabled"}


def _name(reader: Reader, node: Node, stands_under: Scalar | None, what: str) -> tuple[str, Node] | None:
    """The id of a definition and where it stands: its key, or its own `id`."""
    inner = node.entries.get("id") if isinstance(node, Mapping) else None
    if stands_under is not None:
        if isinstance(inner, Scalar) and inner.text != stands_under.text:
            reader.add(inner, f"id: {cut(inner.text)} under the key {cut(stands_under.text)}", "one and the same id")
        return stands_under.text, stands_under
    if isinstance(inner, Scalar):
        return inner.text, inner
    if not isinstance(node, Mapping):
        reader.add(node, node.kind, f"{what} as keys with values")
    else:
        reader.add(node if inner is None else inner, f"{what} without an id", "the key 'id'")
    return None
