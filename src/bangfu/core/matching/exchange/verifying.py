"""Verifies a log of exchanges offline: every line, the chain, the signatures and the files that are there."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bangfu.core.files.catalogue import Message
from bangfu.core.matching.errors import DataError
from bangfu.core.matching.exchange.log import Record, lines_of, read_record, sm3
from bangfu.core.matching.tokens.keys import PublicKey

_BLOCK = 1 << 20
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_COPY = (
    "请用其他地方保存的副本对照。",
    "Compare it with a copy that was kept elsewhere.",
)

FINDINGS: dict[str, Message] = {
    "empty": Message("日志里没有记录", "the log has no record", "请核对是否选错了文件。", "Is it the right file?"),
    "torn": Message(
        "最后一行不完整（{detail}字节），写入时被中断",
        "the last line is not whole ({detail} bytes): it was interrupted while it was written",
        "请核对那次交换，再用 --after-interruption 重新登记。",
        "Find out which exchange it was and record it again with --after-interruption.",
    ),
    "malformed": Message("这一行不是有效记录，内容被改动过", "the line is no record: it was changed", *_COPY),
    "numbering": Message(
        "编号应为{detail}，有记录被删除、插入或换了位置",
        "its number should be {detail}: a record was removed, inserted or moved",
        *_COPY,
    ),
    "chain": Message(
        "与上一条记录衔接不上：上一条被改动、删除或换了位置",
        "it does not follow from the line before: that line was changed, removed or moved",
        *_COPY,
    ),
    "time": Message(
        "时间{detail}：不是有效时间，或早于上一条记录",
        "its time {detail} is no time, or lies before that of the record before",
        "请查明当时的时钟和登记顺序。",
        "Find out how the clock stood and in which order was recorded.",
    ),
    "unsigned": Message(
        "没有签名：登记时没有签名密钥，无法证明没有改动过",
        "it has no signature: there was no signing key, and nothing proves that it was not changed",
        "请为以后的登记配置签名密钥，并用副本核对这一条。",
        "Set up a signing key for later records, and compare this one with a copy.",
    ),
    "other_key": Message(
        "由另一把密钥签名（指纹{detail}）",
        "it was signed with another key (fingerprint {detail})",
        "请用 --public-key 补上那把公钥；若无人认识这个指纹，记录不可信。",
        "Give that public key with --public-key; if nobody knows the fingerprint, do not trust the record.",
    ),
    "signature": Message("签名不符，记录被改动过", "the signature does not fit: the record was changed", *_COPY),
    "no_public_key": Message(
        "没有给出公钥，签名未核验",
        "no public key was given, so no signature was checked",
        "请加上 --public-key。",
        "Give --public-key.",
    ),
    "file_changed": Message(
        "文件 {detail} 的内容与记录不符",
        "the content of {detail} is not what was recorded",
        "请找回当时的文件；这一份不能作为凭据。",
        "Find the file as it was; this one proves nothing.",
    ),
    "file_unknown": Message(
        "文件 {detail} 不在任何记录中",
        "no record knows the file {detail}",
        "请核对是否选错了文件，或交换未登记。",
        "Is it the right file? If it is, its exchange was not recorded.",
    ),
    "fewer": Message(
        "应至少有{detail}条记录，末尾的记录被删去了",
        "there should be at least {detail} records: some at the end were removed",
        *_COPY,
    ),
    "no_head": Message(
        "没有摘要为{detail}的记录，末尾的记录被删去或整个日志被换过",
        "no record has the digest {detail}: records at the end were removed, or the log was replaced",
        *_COPY,
    ),
}
"""What verification finds, in words, with what to do."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold.

    `line` is the line of the log and `number` what the record there calls itself; both are None for the
    log as a whole or for a file that no record knows.
    """

    line: int | None
    code: str
    detail: str = ""
    number: int | None = None

    def text(self, language: str = "zh") -> str:
        """Where, what and what to do, in `zh` or `en`."""
        message = FINDINGS[self.code]
        if language == "en":
            where = self._where("line {}", "record {}", "{} ({})")
            return f"{where}{': ' if where else ''}{message.en.format(detail=self.detail)}. {message.advice_en}"
        where = self._where("第{}行", "记录{}", "{}（{}）")
        return f"{where}{'：' if where else ''}{message.zh.format(detail=self.detail)}。{message.advice_zh}"

    def _where(self, line: str, number: str, both: str) -> str:
        shown = [line.format(self.line)] if self.line else []
        shown += [number.format(self.number)] if self.number else []
        return both.format(*shown) if len(shown) == 2 else "".join(shown)


@dataclass(frozen=True, slots=True)
class Verification:
    """What verifying a log gave.

    `head` is the digest of the last line: noted elsewhere, it shows later that nothing was cut off.
    `checked` are the files whose content is as recorded, `absent` those that were not there to check,
    `set_aside` the broken lines that a record says were kept beside the log.
    """

    records: int
    head: str | None
    findings: tuple[Finding, ...]
    checked: tuple[str, ...]
    absent: tuple[str, ...]
    set_aside: tuple[tuple[int, str], ...]

    @property
    def ok(self) -> bool:
        """True where everything holds."""
        return not self.findings


@dataclass(slots=True)
class _Walk:
    """The log as far as it was read."""

    keys: dict[str, PublicKey]
    findings: list[Finding] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    number: int = 0
    time: str = ""

    def add(self, line: int, code: str, detail: str = "", record: Record | None = None) -> None:
        self.findings.append(Finding(line, code, detail, record.number if record else None))


def verify_log(
    log: Path,
    public_key: PublicKey | Sequence[PublicKey] | None,
    files: Iterable[Path] = (),
    expect: int | str | None = None,
) -> Verification:
    """Verify every line, signature and link of a log, and the files given or lying beside it.

    Several public keys are those of several times. `expect` is a number of records or the digest of one,
    noted elsewhere: only with it can a log that lost its end be told from a whole one. Raises OSError
    where the log cannot be read.
    """
    keys = [public_key] if isinstance(public_key, PublicKey) else list(public_key or ())
    walk = _Walk({key.fingerprint: key for key in keys})
    for number, (line, ended) in enumerate(lines_of(log), 1):
        _line(walk, number, line, ended)
    if not walk.digests:
        walk.findings.append(Finding(None, "empty"))
    elif not keys:
        walk.findings.append(Finding(None, "no_public_key"))
    _expectation(walk, expect)
    checked, absent = _files(walk, log, list(files))
    return Verification(
        len(walk.records),
        walk.digests[-1] if walk.digests else None,
        tuple(walk.findings),
        tuple(checked),
        tuple(absent),
        tuple((record.number, record.torn) for record in walk.records if record.torn),
    )


def _line(walk: _Walk, at: int, line: bytes, ended: bool) -> None:
    record = read_record(line)
    if record is None and not ended:
        walk.add(at, "torn", str(len(line)))
        return
    before = walk.digests[-1] if walk.digests else None
    walk.digests.append(sm3(line))
    walk.number += 1
    if record is None:
        walk.add(at, "malformed")
        return
    if record.number != walk.number:
        walk.add(at, "numbering", str(walk.number), record)
    if record.previous != before:
        walk.add(at, "chain", "", record)
    if not _TIME.fullmatch(record.time) or record.time < walk.time:
        walk.add(at, "time", record.time, record)
    _signature(walk, at, record)
    walk.records.append(record)
    walk.number, walk.time = record.number, max(record.time, walk.time)


def _signature(walk: _Walk, at: int, record: Record) -> None:
    if record.signature is None or record.key is None:
        walk.add(at, "unsigned", "", record)
    elif walk.keys and record.key not in walk.keys:
        walk.add(at, "other_key", record.key, record)
    elif walk.keys and not walk.keys[record.key].holds(record.signature, record.signed_text()):
        walk.add(at, "signature", "", record)


def _expectation(walk: _Walk, expect: int | str | None) -> None:
    if isinstance(expect, int) and len(walk.digests) < expect:
        walk.findings.append(Finding(None, "fewer", str(expect)))
    if isinstance(expect, str) and expect.lower() not in walk.digests:
        walk.findings.append(Finding(None, "no_head", expect.lower()))


# -- contents ---------------------------------------------------------------------------------------------


def content_of(file: Path) -> tuple[int, str, str]:
    """Bytes, SHA-256 and SM3 of a file's content. Raises DataError for a folder."""
    from cryptography.hazmat.primitives import hashes

    if file.is_dir():
        raise DataError(
            f"{file}: 这是文件夹，请登记其中的一个文件或压缩包 / this is a folder; name one file, or pack it"
        )
    size, sha256, digest = 0, hashlib.sha256(), hashes.Hash(hashes.SM3())
    with file.open("rb") as opened:
        while block := opened.read(_BLOCK):
            size += len(block)
            sha256.update(block)
            digest.update(block)
    return size, sha256.hexdigest(), digest.finalize().hex()


def _files(walk: _Walk, log: Path, given: list[Path]) -> tuple[list[str], list[str]]:
    """Names of files that are as recorded, and of recorded files that are not here."""
    contents = {(record.size, record.sha256, record.sm3) for record in walk.records}
    names = dict.fromkeys(record.file for record in walk.records)
    seen = {path.resolve() for path in given}
    beside = [path for name in names if (path := log.parent / Path(name).name).is_file() and path.resolve() not in seen]
    checked = []
    for path in (*given, *beside):
        if content_of(path) in contents:
            checked.append(path.name)
            continue
        number = max((record.number for record in walk.records if record.file == path.name), default=None)
        code = "file_unknown" if number is None else "file_changed"
        walk.findings.append(Finding(None, code, path.name, number))
    looked = {path.name for path in (*given, *beside)}
    return checked, [name for name in names if name not in looked]
