"""`bangfu exchange record` and `bangfu exchange verify`: exit codes and what they tell."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from bangfu.core.cli import main

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with keys, a bureau's file and its manifest; no key in the environment."""
    for name in ("BANGFU_SIGNING_KEY", "BANGFU_SIGNING_KEY_FILE", "BANGFU_PUBLIC_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    private = PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "sign.pem").write_bytes(private)
    (tmp_path / "sign.pem").chmod(0o600)
    (tmp_path / "sign.pub.pem").write_bytes(public)
    (tmp_path / "deaths.csv").write_text("证件号码,死亡日期\n1,2026-08-01\n2,2026-08-02\n", encoding="utf-8-sig")
    entry = {
        "source": "县民政局", "as_of": "2026-09-30", "covers": {"areas": ["990101"]}, "legal_basis": "《社会救助暂行办法》",
        "authorisation": "A-1",
    }  # fmt: skip
    (tmp_path / "deaths.manifest.json").write_text(json.dumps(entry), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


RECORD = [
    "exchange",
    "record",
    "--log",
    "e.jsonl",
    "--file",
    "deaths.csv",
    "--kind",
    "received",
    "--purpose",
    "低保复核",
]
SIGNED = [*RECORD, "--signing-key", "sign.pem", "--manifest", "deaths.manifest.json"]
VERIFY = ["exchange", "verify", "--log", "e.jsonl", "--public-key", "sign.pub.pem"]


def called(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    code = main(list(argv))
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return code, out, err


# -- bad usage --------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    ("argv", "told"),
    [
        ([*RECORD, "--file", "no.csv"], "no.csv: 不存在"),
        ([*SIGNED, "--manifest", "no.json"], "no.json: 不存在"),
        ([*RECORD, "--kind", "sent"], "invalid choice"),
        ([*RECORD, "--as-of", "30.9.2026"], "日期"),
        (["exchange", "verify", "--log", "no.jsonl"], "no.jsonl: 不存在"),
        ([*VERIFY, "--log", "deaths.csv", "--expect", "many"], "--expect: 应为记录条数或64位十六进制摘要"),
        ([*VERIFY, "--log", "deaths.csv", "--expect", "0"], "--expect"),
    ],
)
def test_bad_usage_exits_2(capsys: pytest.CaptureFixture[str], argv: list[str], told: str) -> None:
    code, _, err = called(capsys, *argv)
    assert code == 2
    assert told in err
    assert not Path("e.jsonl").exists()


@pytest.mark.usefixtures("office")
def test_a_manifest_that_cannot_be_read_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.json").write_text("{", encoding="utf-8")
    code, _, err = called(capsys, *SIGNED, "--manifest", "bad.json")
    assert code == 1
    assert err.startswith("bangfu: bad.json: 说明文件有误：")


@pytest.mark.usefixtures("office")
def test_a_key_that_cannot_sign_is_told_and_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = called(capsys, *RECORD, "--signing-key", "sign.pub.pem")
    assert code == 1
    assert "this is no Ed25519 private key (PEM)" in err
    assert not Path("e.jsonl").exists()


# -- recording and verifying ------------------------------------------------------------------------------


@pytest.mark.usefixtures("office")
def test_a_record_is_made_and_its_head_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = called(capsys, *SIGNED, "--operator", "op-7")
    assert (code, err) == (0, "")
    first, second, third = out.splitlines()
    assert re.fullmatch(r"记录 record 1: 20\d\d-\d\d-\d\dT\S+Z received deaths\.csv SM3 [0-9a-f]{64}", first)
    assert second == "行 rows: 2; 方式 mode: plain"
    head = third.removeprefix("末条摘要 head: ")
    body = json.loads(Path("e.jsonl").read_text(encoding="utf-8"))
    assert (body["source"], body["authorisation"], body["as_of"], body["operator"]) == (
        "县民政局", "A-1", "2026-09-30", "op-7"
    )  # fmt: skip
    code, out, err = called(capsys, *VERIFY, "--expect", head)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "记录 records: 1; 不符 findings: 0",
        "内容相符的文件 files as recorded: deaths.csv",
        f"末条摘要 head: {head}",
        "通过 verified",
    ]


@pytest.mark.usefixtures("office")
def test_what_is_given_wins_over_the_manifest(capsys: pytest.CaptureFixture[str]) -> None:
    called(capsys, *SIGNED, "--source", "县公安局", "--as-of", "2026-08-31", "--mode", "tokens", "--legal-basis", "x")
    body = json.loads(Path("e.jsonl").read_text(encoding="utf-8"))
    assert [body[name] for name in ("source", "as_of", "mode", "legal_basis", "authorisation")] == [
        "县公安局", "2026-08-31", "tokens", "x", "A-1"
    ]  # fmt: skip


@pytest.mark.usefixtures("office")
def test_without_a_key_the_record_is_written_with_a_warning_and_does_not_verify(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, _, err = called(capsys, *RECORD)
    assert code == 0
    assert "the record has no signature and verification will fail" in err
    assert "neither an authorisation nor a legal basis is given" in err
    code, out, _ = called(capsys, *VERIFY)
    assert code == 1
    assert out.startswith(
        "✗ 第1行（记录1）：没有签名：登记时没有签名密钥，无法证明没有改动过。请为以后的登记配置签名密钥，并用副本核对这一条。 / "
        "line 1 (record 1): it has no signature: there was no signing key, and nothing proves that it was not changed. "
        "Set up a signing key for later records, and compare this one with a copy.\n"
    )
    assert out.endswith("未通过 NOT verified\n")


@pytest.mark.usefixtures("office")
def test_keys_may_come_from_the_environment(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANGFU_SIGNING_KEY_FILE", "sign.pem")
    monkeypatch.setenv("BANGFU_PUBLIC_KEY_FILE", "sign.pub.pem")
    assert called(capsys, *RECORD, "--authorisation", "A-1")[2] == ""
    assert called(capsys, *VERIFY[:4])[0] == 0
    monkeypatch.delenv("BANGFU_PUBLIC_KEY_FILE")
    code, out, _ = called(capsys, *VERIFY[:4])
    assert code == 1
    assert "没有给出公钥，签名未核验。请加上 --public-key。" in out


@pytest.mark.usefixtures("office")
def test_each_broken_record_is_named_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(4):
        called(capsys, *SIGNED)
    kept = Path("e.jsonl").read_bytes().splitlines()
    Path("e.jsonl").write_bytes(b"\n".join([kept[0], kept[2], kept[3][:50]]))
    shutil.copy("deaths.csv", "other.csv")
    Path("deaths.csv").write_bytes(b"changed")
    code, out, _ = called(capsys, *VERIFY, "other.csv", "--expect", "4")
    assert code == 1
    told = [line.partition(" / ")[2] for line in out.splitlines() if line.startswith("✗")]
    assert told == [
        "line 2 (record 3): its number should be 2: a record was removed, inserted or moved. Compare it with a copy "
        "that was kept elsewhere.",
        "line 2 (record 3): it does not follow from the line before: that line was changed, removed or moved. Compare "
        "it with a copy that was kept elsewhere.",
        "line 3: the last line is not whole (50 bytes): it was interrupted while it was written. Find out which "
        "exchange it was and record it again with --after-interruption.",
        "there should be at least 4 records: some at the end were removed. Compare it with a copy that was kept elsewhere.",
        "record 3: the content of deaths.csv is not what was recorded. Find the file as it was; this one proves nothing.",
    ]
    code, _, err = called(capsys, *SIGNED)
    assert code == 1
    assert "--after-interruption" in err
    assert called(capsys, *SIGNED, "--after-interruption")[0] == 0
    assert "此前有一行残缺，保存为 / a broken line before it is kept as e.jsonl.torn-" in called(capsys, *VERIFY)[1]


@pytest.mark.usefixtures("office")
def test_a_log_that_verifies_says_what_it_cannot_show(capsys: pytest.CaptureFixture[str]) -> None:
    called(capsys, *SIGNED)
    assert "records cut off at the end do not show in the log itself" in called(capsys, *VERIFY)[1]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.usefixtures("office")
def test_openssl_verifies_a_signature_without_bangfu(capsys: pytest.CaptureFixture[str]) -> None:
    called(capsys, *SIGNED)
    body = json.loads(Path("e.jsonl").read_text(encoding="utf-8"))
    signature = body.pop("signature")
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    Path("text").write_text(text, encoding="utf-8")
    Path("signature.b64").write_text(signature, encoding="ascii")
    subprocess.run(["openssl", "base64", "-d", "-A", "-in", "signature.b64", "-out", "signature"], check=True)
    argv = [
        "openssl",
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        "sign.pub.pem",
        "-rawin",
        "-in",
        "text",
        "-sigfile",
        "signature",
    ]
    assert subprocess.run(argv, capture_output=True, check=False).returncode == 0
    Path("text").write_text(text.replace("低保", "其他"), encoding="utf-8")
    assert subprocess.run(argv, capture_output=True, check=False).returncode != 0


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.usefixtures("office")
def test_keys_made_by_the_commands_that_are_told_work(capsys: pytest.CaptureFixture[str]) -> None:
    from bangfu.core.matching.tokens import keys

    for path in ("sign.pem", "sign.pub.pem"):
        Path(path).unlink()
    made = f"{keys.MAKE_TOKEN_KEY} && {keys.MAKE_SIGNING_KEY} && {keys.MAKE_PUBLIC_KEY}"
    subprocess.run(made, shell=True, check=True, capture_output=True)
    assert keys.read_token_key(Path("key.txt"), {}) is not None
    code, _, err = called(capsys, *SIGNED)
    assert (code, err) == (0, "")
    assert called(capsys, *VERIFY)[0] == 0
