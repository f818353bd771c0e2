"""The chain: each row's keyed hash covers the row before it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import hashes, hmac

from bangfu.office.audit.models import Entry, Head
from bangfu.office.pages.inserting import BATCH, insert
from bangfu.office.privacy.api import MasterKey, keyring

MAIN = "main"


@lru_cache(maxsize=4)
def _keyed(secret: bytes) -> hmac.HMAC:
    return hmac.HMAC(secret, hashes.SM3())


def _mac(key: MasterKey, *parts: bytes) -> bytes:
    mac = _keyed(key.derive("audit")).copy()
    mac.update(b"".join([len(part).to_bytes(4, "big") + part for part in parts]))
    return mac.finalize()


def canonical(entry: Entry) -> bytes:
    """What the hash covers: every column but the hashes, in one fixed form."""
    return canonical_row(
        (
            entry.stream,
            entry.seq,
            moment(entry.at),
            entry.actor_key,
            entry.actor_name,
            entry.kind,
            entry.subject_type,
            entry.subject_id,
            entry.area_code,
            entry.purpose,
            entry.before,
            entry.after,
            bytes(entry.sealed).hex() if entry.sealed is not None else None,
            entry.subject_key_id,
        )
    )


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical_row(values: tuple[Any, ...]) -> bytes:
    """The fixed form of a row's values, in the order of `canonical`: JSON, keys sorted, without spaces."""
    return _encode(values).encode()


def moment(at: datetime) -> str:
    """A time as the hash covers it: UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def entry_hash(entry: Entry, previous: bytes, key: MasterKey | None = None) -> bytes:
    """The hash that belongs to a row after `previous`."""
    return row_hash(canonical(entry), previous, key or audit_key())


def row_hash(row: bytes, previous: bytes, key: MasterKey) -> bytes:
    """The same of a row in its fixed form."""
    return _mac(key, previous, row)


def row_hasher(key: MasterKey) -> Callable[[bytes, bytes], bytes]:
    """`row_hash` with the key looked up once, for reading millions of rows."""
    keyed = _keyed(key.derive("audit"))

    def of(row: bytes, previous: bytes) -> bytes:
        mac = keyed.copy()
        mac.update(len(previous).to_bytes(4, "big") + previous + len(row).to_bytes(4, "big") + row)
        return mac.finalize()

    return of


def head_seal(stream: str, count: int, last: bytes, key: MasterKey | None = None) -> bytes:
    """What only the holder of the key can write beside a count."""
    return _mac(key or audit_key(), b"head", stream.encode(), str(count).encode(), last)


def audit_key() -> MasterKey:
    """The log's own key: it is chained with one key for its life, whatever else is rotated."""
    return keyring().audit


def locked_head(stream: str) -> Head:
    """The chain's head, locked until the transaction ends."""
    head, _ = Head.objects.select_for_update().get_or_create(stream=stream)
    return head


def append(stream: str, entries: Iterable[Entry], head: Head | None = None) -> Head:
    """Add rows to a chain, inside the caller's transaction."""
    head = head or locked_head(stream)
    key = audit_key()
    last, count, rows = bytes(head.hash), head.count, []
    for entry in entries:
        count += 1
        entry.stream, entry.seq, entry.previous = stream, count, last
        entry.hash = last = entry_hash(entry, last, key)
        rows.append(entry)
        if len(rows) == BATCH:  # a long import must not be held in memory
            insert(rows)
            rows = []
    insert(rows)
    head.count, head.hash, head.seal = count, last, head_seal(stream, count, last, key)
    head.save()
    return head
