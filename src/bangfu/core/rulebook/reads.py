"""Which columns of the data an answer rests on."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from bangfu.core.rulebook import typed
from bangfu.core.rulebook.model import Rulebook
from bangfu.core.rulebook.resolver import Resolver


def columns_read(book: Rulebook, policy: str) -> frozenset[tuple[str, str]]:
    """The columns, as (table, name), that the clauses of a policy read, through derived facts and other policies.

    Raises KeyError for a policy that is not there.
    """
    resolver, found = Resolver(book), set[tuple[str, str]]()
    seen: set[Any] = set()
    waiting: list[Any] = [book.policies[policy]]
    while waiting:
        one = waiting.pop()
        if one.id in seen:
            continue
        seen.add(one.id)
        for tree in _trees(resolver, one):
            for node in _nodes(tree):
                if isinstance(node, typed.Outcome):
                    waiting.append(book.policies[node.policy])
                elif node.fact.derive is None:
                    found.add((node.fact.table, node.fact.column))
                else:
                    waiting.append(node.fact)
    return frozenset(found)


def _trees(resolver: Resolver, one: Any) -> list[typed.Typed]:
    if hasattr(one, "derive"):
        return [resolver.derived(one)]
    unit = resolver.units.table_of(one.of)
    return [resolver.condition(clause.when, unit) for clause in (*one.conditions, *one.exclusions)]


def _nodes(node: Any) -> Iterator[Any]:
    """The facts and the answers of other policies in a tree."""
    if isinstance(node, typed.FactRef | typed.Outcome):
        yield node
    elif dataclasses.is_dataclass(node) and type(node).__module__ == typed.__name__:
        for field in dataclasses.fields(node):
            yield from _nodes(getattr(node, field.name))
    elif isinstance(node, tuple | list):
        for part in node:
            yield from _nodes(part)
