"""Every exchange with a bureau leaves a record: what was sent or taken in, why, and by what right.

Records form a chain (each names the digest of the one before) and are signed with Ed25519, so that an
edit, a gap or another order shows when the log is verified later, offline (`verify_log`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bangfu import __version__
from bangfu.core.files.manifest import Manifest
from bangfu.core.files.parquet import parquet_shape
from bangfu.core.files.reader import read_table
from bangfu.core.files.remarks import FileError
from bangfu.core.matching.errors import DataError
from bangfu.core.matching.exchange.log import KINDS, MODES, Record, Tail, append
from bangfu.core.matching.exchange.verifying import Finding, Verification, content_of, verify_log
from bangfu.core.matching.tokens.keys import SigningKey
from bangfu.core.matching.tokens.notes import ID_TOKEN, read_note, titled_as_tokens
from bangfu.core.matching.tokens.personal import personal_text
from bangfu.core.matching.tokens.writing import IDENTITY

__all__ = ["Details", "Finding", "Record", "Verification", "content_of", "record_exchange", "verify_log"]

_WORDS = {
    "file": "文件名",
    "purpose": "用途",
    "source": "来源单位",
    "recipient": "接收单位",
    "legal_basis": "法律依据",
    "authorisation": "授权编号",
    "operator": "经办编号",
    "token_key": "密钥指纹",
}


@dataclass(frozen=True, slots=True)
class Details:
    """What somebody says of an exchange. Texts may be None; a manifest fills in what is not given."""

    purpose: str
    source: str | None = None
    recipient: str | None = None
    legal_basis: str | None = None
    authorisation: str | None = None
    as_of: date | None = None
    mode: str | None = None
    token_key: str | None = None
    operator: str | None = None

    def with_manifest(self, manifest: Manifest) -> Details:
        """The details with the manifest's source, basis, authorisation and date where none were given."""
        return replace(
            self,
            source=self.source or manifest.source,
            legal_basis=self.legal_basis or manifest.legal_basis,
            authorisation=self.authorisation or manifest.authorisation,
            as_of=self.as_of or manifest.as_of,
        )


def record_exchange(
    log: Path,
    *,
    kind: str,
    file: Path,
    details: Details,
    signer: SigningKey | None,
    after_interruption: bool = False,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Record:
    """Add a record of the file as it is now to the log, and return it.

    `kind` is one of KINDS. Without a signer the record has no signature, and verification fails.
    Raises DataError where something is missing or personal, where the log ends in a broken line (see
    `after_interruption`), or where the clock stands before the last record.
    """
    facts = _facts(kind, file, details)

    def made(tail: Tail) -> Record:
        record = Record(
            **facts,
            number=1 if tail.last is None else tail.last.number + 1,
            time=_time(log, now(), tail.last),
            torn=tail.torn,
            previous=tail.previous,
            key=signer.fingerprint if signer else None,
            signature=None,
        )
        return replace(record, signature=signer.sign(record.signed_text())) if signer else record

    return append(log, made, set_aside=after_interruption)


def _facts(kind: str, file: Path, details: Details) -> dict[str, Any]:
    """The fields of a record that the file and what is said of it give."""
    if kind not in KINDS:
        raise DataError(f"{kind}: 应为 {'、'.join(KINDS)} / the kind is one of {', '.join(KINDS)}")
    if details.mode is not None and details.mode not in MODES:
        raise DataError(f"{details.mode}: 应为 {'、'.join(MODES)} / the mode is one of {', '.join(MODES)}")
    given = {"file": file.name, **{name: getattr(details, name) for name in _WORDS if name != "file"}}
    texts = {name: _checked(name, text) for name, text in given.items()}
    if texts["purpose"] is None:
        raise DataError("--purpose: 请写明用途 / say what the exchange is for")
    size, sha256, sm3 = content_of(file)
    rows, mode, token_key = _table_of(file)
    return {
        **texts,
        "kind": kind,
        "size": size,
        "sha256": sha256,
        "sm3": sm3,
        "rows": rows,
        "as_of": details.as_of.isoformat() if details.as_of else None,
        "mode": details.mode or mode,
        "token_key": texts["token_key"] or _checked("token_key", token_key),
        "version": __version__,
    }


def _checked(name: str, text: str | None) -> str | None:
    """A text as it enters the log, which people outside the office will read: nobody's number is in it."""
    shown = " ".join((text or "").split())
    try:
        shown.encode()
    except UnicodeEncodeError:
        raise DataError(
            f"{name}: “{_WORDS[name]}”含有无法编码的字符 / {name} holds characters beyond Unicode"
        ) from None
    if personal_text(shown, phones=name != "authorisation"):
        raise DataError(
            f"{name}: “{_WORDS[name]}”里有身份证号码或手机号，记录里不得有个人信息；请改写（文件请改名） / "
            f"{name} holds an ID number or a mobile phone; the log holds no personal data: write it otherwise "
            "(rename the file)"
        )
    return shown or None


def _time(log: Path, now: datetime, last: Record | None) -> str:
    shown = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if last is not None and shown < last.time:
        raise DataError(
            f"{log}: 本机时间 {shown} 早于最后一条记录的 {last.time}，没有写入。请校准时钟；"
            "若上一条记录的时间有误，请另起一个日志，并记下旧日志的末条摘要 / "
            f"the clock says {shown}, before the last record's {last.time}; nothing was written. Set the clock; if it "
            "is the last record that is wrong, begin another log and note the head of this one"
        )
    return shown


# -- the file ---------------------------------------------------------------------------------------------


def _table_of(file: Path) -> tuple[int | None, str, str | None]:
    """Rows (None where it is no table), whether it carries tokens, and the fingerprint of their key."""
    if file.suffix.lower() == ".parquet" and file.is_file():
        columns, rows = parquet_shape(file)
        note = read_note(file) if ID_TOKEN in columns else None
        return rows, "tokens" if ID_TOKEN in columns else "plain", None if note is None else str(note["key"])
    counted = _rows_of_tokens(file)
    if counted is not None:
        note = read_note(file)
        return counted, "tokens", None if note is None else str(note["key"])
    try:
        reading = read_table(file, IDENTITY)
    except FileError:
        return None, "plain", None
    if ID_TOKEN not in reading.table.column_names:
        return reading.rows_seen, "plain", None
    note = read_note(file)
    return reading.rows_seen, "tokens", None if note is None else str(note["key"])


def _rows_of_tokens(file: Path) -> int | None:
    """The rows of a CSV file as `bangfu token` writes it, counted without reading it cell by cell; None where it is
    none, or was changed so that only the reader of tables can tell."""
    import pyarrow as pa
    from pyarrow import csv

    if not file.is_file() or not titled_as_tokens(file):
        return None
    options = csv.ParseOptions(newlines_in_values=True)
    try:
        with csv.open_csv(
            file, parse_options=options, convert_options=csv.ConvertOptions(include_columns=[ID_TOKEN])
        ) as opened:
            return sum(int(batch.num_rows) for batch in opened)
    except (pa.ArrowInvalid, pa.ArrowKeyError):
        return None
