"""Commands for exchanging files with bureaus: tokens in place of numbers, and the log of exchanges."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bangfu.core.cli.commands import FAILED, OK, Bar, UsageError, existing

if TYPE_CHECKING:
    from bangfu.core.files.manifest import Manifest
    from bangfu.core.matching.exchange.recording import Details
    from bangfu.core.matching.tokens.keys import PublicKey
    from bangfu.core.matching.tokens.writing import Tokenised

_LISTED = 20
_CUT_OFF = (
    "末尾的记录是否被删，只看日志看不出来；请用 --expect 与另处记下的条数或摘要对照 / records cut off at the end "
    "do not show in the log itself: compare with a count or head noted elsewhere by --expect"
)


def token(args: argparse.Namespace) -> int:
    """Write a bureau's file with tokens in place of ID numbers."""
    from bangfu.core.matching.tokens import keys
    from bangfu.core.matching.tokens.writing import write_tokens

    existing([args.file])
    key = keys.read_token_key(args.key, warn=_warn)
    if key is None:
        raise UsageError(
            f"--key: 没有密钥，{keys.TOKEN_KEY} 也未设置。请执行：{keys.MAKE_TOKEN_KEY} / "
            f"no key is given and {keys.TOKEN_KEY} is not set; run: {keys.MAKE_TOKEN_KEY}"
        )
    if args.name_birth:
        _warn(
            "--name-birth: 姓名和出生日期容易穷举，持有密钥者可以还原；只在约定需要时使用 / "
            "names and dates of birth are easily guessed by whoever holds the key; use it only where it was agreed"
        )
    with Bar() as bar:
        done = write_tokens(key, args.file, args.out, name_birth=args.name_birth, progress=bar)
    _tell(done)
    from bangfu.core.matching.exchange.recording import Details

    leave_record(args, "tokenised", args.out, args.out.parent, Details(purpose=args.purpose))
    return FAILED if done.left_out else OK


def _tell(done: Tokenised) -> None:
    """Counts and titles; no value of any row."""
    from bangfu.core.matching.tokens.personal import REASONS

    for remark in done.remarks[:_LISTED]:
        print(f"{remark.line('zh')} / {remark.line('en')}", file=sys.stderr)
    if len(done.remarks) > _LISTED:
        print(f"…… {len(done.remarks) - _LISTED}", file=sys.stderr)
    print(f"行 rows: {done.rows}; 有密文 with a token: {done.tokens}; 姓名密文 with a name token: {done.named}")
    if done.id_problems:
        print("没有密文 without: " + ", ".join(f"{code} {count}" for code, count in done.id_problems.items()))
    if done.left_out:
        print(f"无法读入的行 rows left out: {done.left_out}", file=sys.stderr)
    for title, reason, cells in done.dropped:
        zh, en = REASONS[reason]
        print(f"去掉的列 dropped: {title}: {zh} / {en}" + (f" ({cells})" if cells else ""))
    print(f"保留的列 kept: {'、'.join(done.kept) or '-'}")
    print(f"密钥指纹 key fingerprint: {done.key}")
    print(f"结果 results: {done.path}, {done.note.name}")


def record(args: argparse.Namespace) -> int:
    """Add a record to the log of exchanges."""
    from bangfu.core.matching.exchange.recording import record_exchange
    from bangfu.core.matching.tokens import keys

    existing([args.file])
    signer = keys.read_signing_key(args.signing_key, warn=_warn)
    if signer is None:
        _warn(
            "--signing-key: 没有签名密钥，这条记录没有签名，核验不会通过 / "
            "there is no signing key: the record has no signature and verification will fail"
        )
    details = _details(args)
    if details.authorisation is None and details.legal_basis is None:
        _warn(
            "--authorisation, --legal-basis: 没有授权编号和法律依据 / "
            "neither an authorisation nor a legal basis is given"
        )
    made = record_exchange(
        args.log,
        kind=args.kind,
        file=args.file,
        details=details,
        signer=signer,
        after_interruption=args.after_interruption,
    )
    print(f"记录 record {made.number}: {made.time} {made.kind} {made.file} SM3 {made.sm3}")
    print(f"行 rows: {'-' if made.rows is None else made.rows}; 方式 mode: {made.mode}")
    print(f"末条摘要 head: {made.digest()}")
    return OK


LOG = "exchanges.jsonl"
LOG_PLACE = "BANGFU_EXCHANGE_LOG"


def leave_record(args: argparse.Namespace, kind: str, file: Path, beside: Path, details: Details) -> None:
    """The record that every exchange leaves: in `--exchanges`, BANGFU_EXCHANGE_LOG, or exchanges.jsonl in `beside`.

    The exchange has happened: where the record cannot be written, that is told with what to do, and nothing is undone.
    """
    from bangfu.core.matching.errors import DataError
    from bangfu.core.matching.exchange.recording import record_exchange
    from bangfu.core.matching.tokens import keys

    log = args.exchanges or Path(os.environ.get(LOG_PLACE) or beside / LOG)
    try:
        signer = keys.read_signing_key(args.signing_key, warn=_warn)
        made = record_exchange(log, kind=kind, file=file, details=details, signer=signer)
    except (DataError, OSError) as error:
        _warn(
            f"{log}: 交换记录没有写成：{error}。请补记：bangfu exchange record / "
            "the exchange left no record; add it with bangfu exchange record"
        )
        return
    unsigned = "" if signer else "，未签名 unsigned (--signing-key)"
    print(f"交换记录 record {made.number}: {log}{unsigned}")


def _details(args: argparse.Namespace) -> Details:
    from bangfu.core.matching.exchange.recording import Details

    given = Details(
        purpose=args.purpose,
        source=args.source,
        recipient=args.recipient,
        legal_basis=args.legal_basis,
        authorisation=args.authorisation,
        as_of=args.as_of,
        mode=args.mode,
        operator=args.operator,
    )
    return given if args.manifest is None else given.with_manifest(_manifest(args.manifest, args.file))


def _manifest(path: Path, file: Path) -> Manifest:
    from bangfu.core.files.manifest import read_manifest_file
    from bangfu.core.matching.errors import DataError

    existing([path])
    manifest, problem = read_manifest_file(path, file)
    if manifest is None:
        raise DataError(f"{path}: {problem.message('zh')} / {problem.message('en')}" if problem else str(path))
    return manifest


def verify(args: argparse.Namespace) -> int:
    """Verify the log of exchanges offline."""
    from bangfu.core.matching.exchange.recording import verify_log

    existing([args.log, *args.files])
    found = verify_log(args.log, _public_keys(args.public_key, os.environ), args.files, _expected(args.expect))
    for finding in found.findings:
        print(f"✗ {finding.text('zh')} / {finding.text('en')}")
    for number, digest in found.set_aside:
        from bangfu.core.matching.exchange.log import torn_path

        kept = torn_path(args.log, digest).name
        print(f"记录 record {number}: 此前有一行残缺，保存为 / a broken line before it is kept as {kept}")
    print(f"记录 records: {found.records}; 不符 findings: {len(found.findings)}")
    print(f"内容相符的文件 files as recorded: {'、'.join(found.checked) or '-'}")
    if found.absent:
        print(f"不在此处、未核对的文件 files not here, not checked: {'、'.join(found.absent)}")
    if found.head is not None:
        print(f"末条摘要 head: {found.head}")
    if args.expect is None and found.ok:
        print(_CUT_OFF)
    print("通过 verified" if found.ok else "未通过 NOT verified")
    return OK if found.ok else FAILED


def _public_keys(files: list[Path], environment: Mapping[str, str]) -> list[PublicKey]:
    from bangfu.core.matching.tokens import keys

    named = environment.get(keys.PUBLIC_KEY_FILE, "")
    return [keys.read_public_key(path) for path in files or ([Path(named)] if named else [])]


def _expected(text: str | None) -> int | str | None:
    if text is None:
        return None
    if re.fullmatch(r"[1-9]\d{0,8}", text):
        return int(text)
    if re.fullmatch(r"[0-9a-fA-F]{64}", text):
        return text.lower()
    raise UsageError(
        f"--expect: 应为记录条数或64位十六进制摘要 / expected a number of records or a digest of 64 digits: {text!r}"
    )


def _warn(message: str) -> None:
    print(f"bangfu: {message}", file=sys.stderr)
