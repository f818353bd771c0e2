"""The log of exchanges as a file: one record a line, only ever added to.

A line is the record's canonical JSON (keys sorted, no spaces, UTF-8), written in one piece while the
file is locked. A process that is killed while writing leaves a line without an end: it is found at the
next writing and at every verification, and is only set aside when somebody says so.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import IO, Any

from bangfu.core.matching.errors import DataError

KINDS = ("request", "received", "tokenised")
"""A list that was sent out; a file that was taken in; a file that was turned into tokens."""
MODES = ("plain", "tokens")
_LOCK_SECONDS = 30.0
_BLOCK = 65_536


@dataclass(frozen=True, slots=True)
class Record:
    """One exchange. Texts that were not given are None.

    `number` counts from 1, `time` is UTC (RFC 3339, six decimals), `file` a name without a folder,
    `size` (bytes), `sha256` and `sm3` describe its content, `rows` is None where it is no table. `source` gives,
    `recipient` receives. `mode` is plain or tokens; `token_key` is the fingerprint of the tokens' key.
    `operator` is a stable id. `torn` is the SM3 of a broken line that was set aside before this record.
    `previous` is the SM3 of the line before, None in the first. `key` is the fingerprint of the signing
    key; `signature` (base64) is over the canonical JSON of everything else.
    """

    number: int
    time: str
    kind: str
    file: str
    size: int
    sha256: str
    sm3: str
    rows: int | None
    source: str | None
    recipient: str | None
    purpose: str
    legal_basis: str | None
    authorisation: str | None
    as_of: str | None
    mode: str
    token_key: str | None
    operator: str | None
    version: str
    torn: str | None
    previous: str | None
    key: str | None
    signature: str | None

    def signed_text(self) -> bytes:
        """What the signature is over."""
        body = asdict(self)
        del body["signature"]
        return canonical(body)

    def line(self) -> bytes:
        """The record's line without its end."""
        return canonical(asdict(self))

    def digest(self) -> str:
        """The SM3 of the line: what the next record calls `previous`."""
        return sm3(self.line())


_NUMBERS = ("number", "size")
_NEEDED = ("time", "kind", "file", "sha256", "sm3", "purpose", "mode", "version")


def canonical(body: Mapping[str, Any]) -> bytes:
    """JSON that has one form only: keys sorted, no spaces, UTF-8."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sm3(content: bytes) -> str:
    """The SM3 digest as 64 hexadecimal digits."""
    from cryptography.hazmat.primitives import hashes

    digest = hashes.Hash(hashes.SM3())
    digest.update(content)
    return digest.finalize().hex()


def read_record(line: bytes) -> Record | None:
    """The record that a line holds; None where it is not exactly what a record writes."""
    try:
        body = json.loads(line)
        record = Record(**body)
        return record if _typed(body) and record.line() == line else None
    except (ValueError, TypeError, RecursionError):
        return None


def _typed(body: Mapping[str, Any]) -> bool:
    """Whole numbers, texts and nulls, each where it belongs."""
    counts = [body[name] for name in _NUMBERS] + ([] if body["rows"] is None else [body["rows"]])
    texts = [body[field.name] for field in fields(Record) if field.name not in (*_NUMBERS, "rows")]
    return (
        all(type(count) is int and count >= 0 for count in counts)
        and all(text is None or isinstance(text, str) for text in texts)
        and all(body[name] is not None for name in _NEEDED)
        and body["kind"] in KINDS
        and body["mode"] in MODES
    )


def lines_of(log: Path) -> Iterator[tuple[bytes, bool]]:
    """Every line without its end, and whether it had one."""
    with log.open("rb") as opened:
        for line in opened:
            yield line.removesuffix(b"\n"), line.endswith(b"\n")


# -- adding a record --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tail:
    """What a new record follows: the last record, its digest, and the digest of a line set aside."""

    last: Record | None
    previous: str | None
    torn: str | None


def append(log: Path, make: Callable[[Tail], Record], *, set_aside: bool = False) -> Record:
    """Add the record that `make` returns for the end of the log, or nothing at all.

    `set_aside` moves a line that an interruption left without its end to `LOG.torn-…`. Raises DataError
    where there is such a line and it was not asked for, or where the last record is not one.
    """
    with log.open("a+b") as opened, _locked(opened, log):
        whole, fragment = _end(opened)
        if fragment and read_record(fragment) is not None:  # only its end is lacking
            _write(opened, b"\n")
            whole, fragment = fragment, b""
        last = read_record(whole) if whole else None
        if whole and last is None:
            raise DataError(
                f"{log}: 最后一条记录不是有效记录，没有写入；请先执行 bangfu exchange verify / "
                "the last line is no record, nothing was written; run bangfu exchange verify first"
            )
        torn = _set_aside(log, fragment, set_aside) if fragment else None
        record = make(Tail(last, sm3(whole) if whole else None, torn))
        _write(opened, record.line() + b"\n", instead_of=fragment)
    return record


def _end(opened: IO[bytes]) -> tuple[bytes, bytes]:
    """The last whole line without its end, and whatever stands after it."""
    at = opened.seek(0, os.SEEK_END)
    tail = b""
    while at > 0 and tail.count(b"\n") < 2:
        step = min(_BLOCK, at)
        at = opened.seek(at - step)
        tail = opened.read(step) + tail
    whole, _, fragment = tail.rpartition(b"\n")
    return whole.rpartition(b"\n")[2], fragment


def _set_aside(log: Path, fragment: bytes, agreed: bool) -> str:
    """Keep the broken line beside the log, which itself is cut only when its next record is ready."""
    digest = sm3(fragment)
    kept = torn_path(log, digest)
    if not agreed:
        raise DataError(
            f"{log}: 最后一行不完整（{len(fragment)} 字节），多半是写入时被中断，没有写入新记录。"
            f"请核对那次交换，再用 --after-interruption 重新登记，残行会保存为 {kept.name} / "
            f"the last line is not whole ({len(fragment)} bytes), as an interruption while writing leaves it; "
            "nothing was written. Find out which exchange it was, then record again with --after-interruption: "
            f"the broken line is kept as {kept.name}"
        )
    kept.write_bytes(fragment)
    return digest


def torn_path(log: Path, digest: str) -> Path:
    """Where a broken line is kept."""
    return log.with_name(f"{log.name}.torn-{digest[:16]}")


def _write(opened: IO[bytes], content: bytes, instead_of: bytes = b"") -> None:
    """Write all of it at the end and see it on the disk, or leave the file as it was."""
    number = opened.fileno()
    before = opened.seek(0, os.SEEK_END) - len(instead_of)
    try:
        os.ftruncate(number, before)
        _write_all(number, content)
        os.fsync(number)
    except BaseException:
        os.ftruncate(number, before)
        _write_all(number, instead_of)
        raise


def _write_all(number: int, content: bytes) -> None:
    while content:
        content = content[os.write(number, content) :]


@contextmanager
def _locked(opened: IO[bytes], log: Path) -> Iterator[None]:
    """One writer at a time; waits half a minute for the other."""
    until = time.monotonic() + _LOCK_SECONDS
    while not _lock(opened, True):
        if time.monotonic() > until:
            raise DataError(f"{log}: 另一个程序正在写入，请稍后再试 / another process is writing; try again later")
        time.sleep(0.02)
    try:
        yield
    finally:
        _lock(opened, False)


if sys.platform == "win32":
    import msvcrt

    def _lock(opened: IO[bytes], wanted: bool) -> bool:
        opened.seek(1 << 40)  # far behind the content, which others may read meanwhile
        try:
            msvcrt.locking(opened.fileno(), msvcrt.LK_NBLCK if wanted else msvcrt.LK_UNLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(opened: IO[bytes], wanted: bool) -> bool:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB if wanted else fcntl.LOCK_UN)
        except BlockingIOError:
            return False
        return True
