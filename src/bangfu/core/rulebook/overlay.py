"""`changes:` of a rulebook that extends another: what a county says otherwise, laid over the definition it inherits."""

from __future__ import annotations

from bangfu.core.rulebook.reading import Fields, Reader, cut
from bangfu.core.rulebook.yaml_source import Mapping, Node, Scalar, Sequence


def changed(reader: Reader, base: Node | None, node: Node, what: str) -> Node:
    """`node` itself, or `base` with the `changes:` of `node` laid over it.

    Keys with values are merged, lists of definitions with ids by their ids (a new one behind the one that
    `after` names, else at the end; `enabled: false` takes one out), everything else is replaced. Nodes keep
    their places, so that a mistake is told in the file in which it was written.
    """
    if not isinstance(node, Mapping) or "changes" not in node.entries:
        return node
    others = set(node.entries) - {"id", "changes", "note", "enabled"}
    for name in sorted(others):
        reader.add(node.keys[name], f"the key {name!r} beside changes", "it under changes:")
    changes = node.entries["changes"]
    if not isinstance(base, Mapping):
        reader.add(node.keys["changes"], f"changes to {what} that is not there", f"{what} of the extended rulebook")
        return node
    if not isinstance(changes, Mapping):
        reader.add(changes, f"changes: {changes.kind}", "the keys that are otherwise here")
        return base
    return _over(reader, base, changes)


def _over(reader: Reader, base: Mapping, changes: Mapping) -> Mapping:
    result = Mapping(changes.file, changes.line, changes.column)
    result.entries, result.keys = dict(base.entries), dict(base.keys)
    for name, node in changes.entries.items():
        inherited = result.entries.get(name)
        if isinstance(node, Mapping) and _switched_off(reader, node):
            if inherited is None:
                reader.add(changes.keys[name], f"enabled: false for {cut(name)}", "something of the extended rulebook")
            result.entries.pop(name, None)
            continue
        result.keys[name] = changes.keys[name]
        if isinstance(inherited, Mapping) and isinstance(node, Mapping) and name not in _REPLACED:
            result.entries[name] = _over(reader, inherited, node)
        elif isinstance(inherited, Sequence) and isinstance(node, Sequence) and _with_ids(node):
            result.entries[name] = _items(reader, inherited, node)
        else:
            result.entries[name] = node
    return result


# half a limit and half a condition mean nothing: `{days: 5}` over `{working_days: 3}` is five days
_REPLACED = frozenset({"limit", "extension", "stands", "fresh_for", "within", "when", "only_if", "valid"})


def _items(reader: Reader, base: Sequence, changes: Sequence) -> Sequence:
    result = Sequence(changes.file, changes.line, changes.column)
    result.items = list(base.items)
    for node in changes.items:
        name = _id(node)
        at = next((i for i, item in enumerate(result.items) if _id(item) == name), None)
        if not isinstance(node, Mapping):
            continue
        if _switched_off(reader, node):
            if at is None:
                reader.add(node, f"enabled: false for {cut(name)}", "something of the extended rulebook")
            else:
                del result.items[at]
            continue
        before = None if at is None else result.items.pop(at)
        place = _behind(reader, node, result, at)
        result.items.insert(place, _over(reader, before, node) if isinstance(before, Mapping) else node)
    return result


def _behind(reader: Reader, node: Mapping, items: Sequence, at: int | None) -> int:
    """Where an item goes: behind the one that `after` names, where it was, or at the end."""
    inner = node.entries.get("after")
    if not isinstance(inner, Scalar):
        return len(items.items) if at is None else at
    for number, item in enumerate(items.items):
        if _id(item) == inner.text:
            return number + 1
    reader.add(inner, f"after: {cut(inner.text)}", "the id of one that stands in the same list")
    return len(items.items)


def _with_ids(node: Sequence) -> bool:
    return bool(node.items) and all(_id(item) for item in node.items)


def _id(node: Node) -> str:
    inner = node.entries.get("id") if isinstance(node, Mapping) else None
    return inner.text if isinstance(inner, Scalar) else ""


def _switched_off(reader: Reader, node: Mapping) -> bool:
    return "enabled" in node.entries and not Fields(reader, node).boolean("enabled", True)
