"""A log of exchanges made on the spot, with keys and a clock that stand still."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bangfu.core.matching.exchange.recording import Details, Record, record_exchange, verify_log
from bangfu.core.matching.tokens.keys import SigningKey
from tests.core.support.made_numbers import made_number

SIGNER = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
STRANGER = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
PUBLIC = SIGNER.public_key()
START = datetime(2026, 9, 30, 8, 0, 0, tzinfo=UTC)
NUMBER = made_number(date(1990, 3, 7), 112)
DETAILS = Details("低保复核", source="县民政局", authorisation="〔2026〕15号", operator="op-7")


def minutes(count: int) -> Callable[[], datetime]:
    return lambda: START + timedelta(minutes=count)


def keep(log: Path, file: Path, number: int = 0, **options: Any) -> Record:
    """Record the file as received, so many minutes after the start."""
    given: dict[str, Any] = {"kind": "received", "details": DETAILS, "signer": SIGNER, "now": minutes(number)}
    return record_exchange(log, file=file, **{**given, **options})


def made_file(folder: Path) -> Path:
    path = folder / "deaths.csv"
    path.write_text(f"证件号码,姓名,死亡日期\n{NUMBER},张三,2026-08-01\n", encoding="utf-8-sig")
    return path


def made_log(folder: Path) -> Path:
    """Five records of five files, part0.csv to part4.csv, which lie in the folder above the log's."""
    log = folder / "log" / "exchange.jsonl"
    log.parent.mkdir()
    for number in range(5):
        part = folder / f"part{number}.csv"
        part.write_text(f"证件号码,姓名\n{made_number(date(1980, 1, 1), number)},张三\n", encoding="utf-8")
        keep(log, part, number)
    return log


def lines(log: Path) -> list[bytes]:
    return log.read_bytes().splitlines()


def put(log: Path, content: Sequence[bytes]) -> None:
    log.write_bytes(b"".join(line + b"\n" for line in content))


def found(log: Path, **options: Any) -> list[tuple[int | None, str]]:
    """Line and code of every finding."""
    return [(finding.line, finding.code) for finding in verify_log(log, PUBLIC, **options).findings]
