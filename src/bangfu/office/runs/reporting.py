"""How a working run says where it is, and hears that it should stop."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.utils import timezone

from bangfu.office.runs.models import EXPORTING, LOADING, SCREENING
from bangfu.office.runs.process import Stopped

EVERY = 1.0
"""Seconds between two writes."""


def worker_name(pid: int | None = None) -> str:
    """Host, process and when it began, so that a number used again is not taken for the old process."""
    number = pid or os.getpid()
    return f"{socket.gethostname()[:40]}:{number}:{_began(number)}"


def _began(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return "0"


def is_gone(worker: str) -> bool:
    """True where the process worked on this machine and is no more; of another machine nothing is known."""
    host, _, rest = worker.rpartition(":")[0].rpartition(":")
    if host != socket.gethostname()[:40] or not rest.isdigit():
        return False
    state = Path(f"/proc/{rest}/stat")
    if not state.exists() and not Path("/proc/self").exists():
        return False
    return worker_name(int(rest)) != worker


class Reporter:
    """Writes progress over a connection of its own, so that it shows while the registry is read in one transaction.

    `row` is a run, or another row of work with its columns step_done, step_total, heartbeat_at, cancel_asked and status;
    `working` are the statuses in which it is this process's.
    """

    def __init__(self, row: Any, working: tuple[str, ...] = (EXPORTING, SCREENING, LOADING)) -> None:
        self.pk, self._model, self._working = row.pk, type(row), working
        self._table = connection.ops.quote_name(row._meta.db_table)
        shared = connection.in_atomic_block or (connection.vendor == "sqlite" and connection.is_in_memory_db())
        self._own: Any = None if shared else connections.create_connection(DEFAULT_DB_ALIAS)
        self._last = 0.0

    def __call__(self, done: int, total: int) -> None:
        """Where the step is. Raises Stopped where the work was cancelled."""
        if time.monotonic() - self._last >= EVERY or done >= total:
            self._write({"step_done": done, "step_total": total})
        if self.stopped():
            raise Stopped

    def beat(self) -> bool:
        """Still alive; returns whether it should stop."""
        if time.monotonic() - self._last >= EVERY:
            self._write({})
        return self.stopped()

    def stopped(self) -> bool:
        """Whether somebody cancelled the work, or took it for dead."""
        if self._own is None:
            found = self._model._default_manager.filter(pk=self.pk).values_list("cancel_asked", "status").first()
        else:
            with self._own.cursor() as cursor:
                cursor.execute(f"SELECT cancel_asked, status FROM {self._table} WHERE id = %s", [self.pk])
                found = cursor.fetchone()
        return found is None or bool(found[0]) or found[1] not in self._working

    def close(self) -> None:
        """Give the connection back."""
        if self._own is not None:
            self._own.close()

    def _write(self, fields: dict[str, int]) -> None:
        self._last = time.monotonic()
        if self._own is None:
            self._model._default_manager.filter(pk=self.pk).update(heartbeat_at=timezone.now(), **fields)
            return
        now = self._own.ops.adapt_datetimefield_value(timezone.now())
        names = [*fields, "heartbeat_at"]
        with self._own.cursor() as cursor:
            cursor.execute(
                f"UPDATE {self._table} SET {', '.join(f'{name} = %s' for name in names)} WHERE id = %s",
                [*fields.values(), now, self.pk],
            )
