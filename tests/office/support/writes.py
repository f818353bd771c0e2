"""Watches what requests write in a test: whatever changes a table of ours writes a row of the log in the same transaction.

A transaction of a request is, inside a test, the outermost savepoint that the request opens.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core.signals import request_finished, request_started
from django.db import connection

_WRITE = re.compile(r'\s*(INSERT INTO|INSERT OR IGNORE INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)
_SAVEPOINT = re.compile(r'\s*(SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO SAVEPOINT)\s+"?(\w+)"?', re.IGNORECASE)
OURS = re.compile(r"(registry|areas|accounts|protection|changes|imports|runs|privacy)_")
FREE = {"registry_lastseen", "registry_savedfilter", "imports_batch", "imports_issue", "imports_rememberedcolumns"}
"""Conveniences of one user that say nothing about anybody (when a file was last opened, a filter, a mapping of columns), and
how far a batch has come while it is read: bringing it, committing it and taking it back are rows of the log."""
FREE_UPDATES = {("accounts_user", frozenset({"last_login"}))}
"""Django's own note of a login, which is logged by itself."""


@dataclass
class Writes:
    """What was written without a row of the log."""

    unlogged: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    active: bool = False
    path: str = ""
    open: list[tuple[str, set[str]]] = field(default_factory=list)
    """Savepoints that are open, each with the tables that were written in it."""

    def begin(self, environ: dict[str, Any] | None = None, **_more: Any) -> None:
        self.active, self.path = True, (environ or {}).get("PATH_INFO", "")

    def end(self, **_more: Any) -> None:
        for _name, tables in self.open:
            self._close(tables)
        self.open, self.active = [], False

    def _close(self, tables: set[str]) -> None:
        if tables and "audit_entry" not in tables:
            self.unlogged.append(f"{self.path}: {', '.join(sorted(tables))}")

    def watch(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """An execute wrapper: the statement runs first, since one that fails writes nothing."""
        result = execute(sql, params, many, context)
        if self.active:
            self._note(sql)
        return result

    def _note(self, sql: str) -> None:
        if match := _SAVEPOINT.match(sql):
            self._savepoint(match[1].upper(), match[2])
        elif match := _WRITE.match(sql):
            table = match[2]
            if table == "audit_entry" or (OURS.match(table) and table not in FREE and not self._free(sql, table)):
                self.seen.add(table)
                if self.open:
                    self.open[-1][1].add(table)
                else:
                    self._close({table})

    def _savepoint(self, what: str, name: str) -> None:
        if what == "SAVEPOINT":
            self.open.append((name, set()))
            return
        places = [place for place, (known, _) in enumerate(self.open) if known == name]
        if not places:
            return
        if what.startswith("ROLLBACK"):  # Django releases it afterwards
            del self.open[places[0] + 1 :]
            self.open[places[0]][1].clear()
            return
        tables = set().union(*(written for _, written in self.open[places[0] :]))
        del self.open[places[0] :]
        if self.open:
            self.open[-1][1].update(tables)
        else:
            self._close(tables)

    @staticmethod
    def _free(sql: str, table: str) -> bool:
        columns = (
            frozenset(re.findall(r'"(\w+)" = ', sql.split(" WHERE ", maxsplit=1)[0]))
            if sql.startswith("UPDATE")
            else None
        )
        return (table, columns) in FREE_UPDATES


@contextmanager
def watched() -> Iterator[Writes]:
    """Within it every request is watched."""
    writes = Writes()
    request_started.connect(writes.begin)
    request_finished.connect(writes.end)
    try:
        with connection.execute_wrapper(writes.watch):
            yield writes
    finally:
        request_started.disconnect(writes.begin)
        request_finished.disconnect(writes.end)
