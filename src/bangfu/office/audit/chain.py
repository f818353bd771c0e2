"""The chain: each row's keyed hash covers the row before it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC
from functools import lru_cache

from cryptography.hazmat.primitives import hashes, hmac

from bangfu.office.audit.models import Entry, Head
from bangfu.office.pages.inserting import BATCH, insert
from bangfu.office.privacy.api import MasterKey, keyring

MAIN = "main"


@lru_cache(maxsize=8)
def _keyed(key: bytes) -> hmac.HMAC:
    return hmac.HMAC(key, hashes.SM3())


def _mac(key: MasterKey, *parts: bytes) -> bytes:
    mac = _keyed(key.derive("audit")).copy()
    for part in parts:
        mac.update(len(part).to_bytes(4, "big") + part)
    return mac.finalize()


def canonical(entry: Entry) -> bytes:
    """What the hash covers: every column but the hashes, in one fixed form."""
    return json.dumps(
        [
            entry.stream,
            entry.seq,
            entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
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
        ],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    ).encode()


def entry_hash(entry: Entry, previous: bytes, key: MasterKey | None = None) -> bytes:
    """The hash that belongs to a row after `previous`."""
    return _mac(key or audit_key(), previous, canonical(entry))


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
