"""Keys: what is refused, what is read, and that none is ever shown."""

from __future__ import annotations

import base64
import copy
import pickle
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from bangfu.core.matching.errors import DataError
from bangfu.core.matching.tokens import keys
from tests.core.support import sm3_oracle

SECRET = bytes.fromhex("f1e7c52ea0ff48b9d3041c6f9be2a7508d3c61b4e9125fa6780bcd439e16f2a5")
MAKE = "openssl rand -hex 32 > key.txt && chmod 600 key.txt"


def written(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    path.chmod(0o600)
    return path


def refusal(file: Path | None = None, **environment: str) -> str:
    with pytest.raises(DataError) as caught:
        keys.read_token_key(file, environment)
    return str(caught.value)


# -- what is refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 16, 31])
def test_a_short_key_is_refused_with_the_command_that_makes_a_good_one(tmp_path: Path, size: int) -> None:
    file = written(tmp_path / "key", SECRET[:size].hex())
    assert refusal(file) == (
        f"{file}: 密钥只有 {size} 字节，至少需要 32 字节。请执行：{MAKE} / the key has {size} bytes, 32 are needed; run: {MAKE}"
    )


@pytest.mark.parametrize(
    "secret",
    [
        bytes(32), b"\xff" * 64, b"ab" * 16, bytes(range(32)), bytes(range(255, 191, -1)), SECRET[:16] * 2,
        SECRET[:8] * 5, b"targeted assistance of our county", bytes(16) + bytes(range(14)) * 2,
    ],
)  # fmt: skip
def test_bytes_that_can_be_guessed_are_refused_in_whatever_form(tmp_path: Path, secret: bytes) -> None:
    for form in (secret.hex(), base64.b64encode(secret).decode()):
        message = refusal(written(tmp_path / "key", form))
        assert "密钥不是随机的，容易被猜出" in message
        assert "the key is not random and can be guessed" in message
        assert form not in message


@pytest.mark.parametrize(
    "text",
    [
        "correct horse battery staple, and forty more of these\n", "-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n",
        f"{SECRET.hex()}\n{SECRET.hex()}\n", "本县二〇二六年度核对工作专用密钥不得外传", "f1:e7:c5:2e" * 8, "k" * 41,
    ],
)  # fmt: skip
def test_a_text_is_no_key(tmp_path: Path, text: str) -> None:
    assert "内容是文字，不是密钥" in refusal(written(tmp_path / "key", text))


def test_a_hexadecimal_key_that_lost_a_digit_is_not_read_as_another_key(tmp_path: Path) -> None:
    assert "内容是文字，不是密钥" in refusal(written(tmp_path / "key", SECRET.hex()[:-1]))


def test_a_file_that_is_no_key_file_is_refused(tmp_path: Path) -> None:
    assert "超过 4096 字节，不是密钥文件" in refusal(written(tmp_path / "key", SECRET[:31] * 200))
    assert "密钥文件无法读取（No such file or directory）" in refusal(tmp_path / "no.txt")
    assert "密钥文件无法读取（Is a directory）" in refusal(tmp_path)


@pytest.mark.parametrize("form", [SECRET.hex(), base64.b64encode(SECRET).decode(), SECRET.hex() * 5])
def test_a_key_given_in_place_of_its_file_is_not_repeated(form: str) -> None:
    message = refusal(Path(form))
    assert form[:12] not in message
    assert message.startswith("***: 应为密钥文件的路径，不是密钥本身；命令行会留在历史记录里，这把密钥请作废")


def test_a_long_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "keysofthebureaus"
    folder.mkdir()
    file = folder / "thekeyofthehealthbureauofourcounty"
    assert refusal(file).startswith(f"{file}: 密钥文件无法读取")


# -- what is read -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        SECRET, SECRET.hex(), SECRET.hex().upper() + "\r\n", f"\ufeff  {SECRET.hex()} \n", base64.b64encode(SECRET),
        base64.b64encode(SECRET).rstrip(b"=") + b"\n", base64.urlsafe_b64encode(SECRET),
        SECRET.hex().encode("utf-16"),
    ],
)  # fmt: skip
def test_bytes_hexadecimal_and_base64_are_the_same_key(tmp_path: Path, content: bytes | str) -> None:
    key = keys.read_token_key(written(tmp_path / "key", content), {})
    assert key is not None
    assert key.fingerprint == keys.TokenKey(SECRET).fingerprint


def test_the_environment_holds_a_key_where_no_file_is_given(tmp_path: Path) -> None:
    assert keys.read_token_key(None, {}) is None
    from_environment = keys.read_token_key(None, {"BANGFU_TOKEN_KEY": SECRET.hex()})
    assert from_environment is not None
    other = written(tmp_path / "key", SECRET[::-1].hex())
    from_file = keys.read_token_key(other, {"BANGFU_TOKEN_KEY": SECRET.hex()})
    assert from_file is not None
    assert from_file.fingerprint != from_environment.fingerprint
    assert "BANGFU_TOKEN_KEY: 密钥只有 2 字节" in refusal(None, BANGFU_TOKEN_KEY="ffff")


def test_others_who_can_read_the_file_are_told_of(tmp_path: Path) -> None:
    file, told = written(tmp_path / "key", SECRET.hex()), list[str]()
    keys.read_token_key(file, {}, told.append)
    assert told == []
    file.chmod(0o640)
    keys.read_token_key(file, {}, told.append)
    assert told == [
        f"{file}: 其他用户可以读取这个密钥文件。请执行：chmod 600 {file} / other users can read this key file; run: chmod 600 {file}"
    ]


def test_the_fingerprint_is_the_mac_of_a_fixed_text() -> None:
    assert keys.TokenKey(SECRET).fingerprint == sm3_oracle.hmac_sm3(SECRET, b"fingerprint|bangfu").hex()[:16]


@settings(max_examples=100, deadline=None)
@given(st.binary(min_size=32, max_size=64))
def test_every_random_key_is_taken_in_each_of_its_forms(secret: bytes) -> None:
    if keys._guessable(secret):  # what hypothesis likes best
        return
    assert keys._decoded(secret.hex().encode(), "") == secret
    assert keys._decoded(base64.b64encode(secret), "") == secret


# -- none is shown ----------------------------------------------------------------------------------------


def forms(secret: bytes) -> list[str]:
    return [secret.hex(), base64.b64encode(secret).decode(), repr(secret)[2:-1]]


@pytest.mark.parametrize("how", [copy.copy, copy.deepcopy, pickle.dumps, lambda key: key.__reduce_ex__(2)])
def test_a_key_is_not_copied_or_pickled(how: Any) -> None:
    for key in (keys.TokenKey(SECRET), keys.SigningKey(Ed25519PrivateKey.from_private_bytes(SECRET))):
        with pytest.raises(TypeError, match="is not copied, pickled or written"):
            how(key)


def test_a_key_shows_its_fingerprint_only() -> None:
    for key in (keys.TokenKey(SECRET), keys.SigningKey(Ed25519PrivateKey.from_private_bytes(SECRET))):
        shown = f"{key!r} {key}"
        assert key.fingerprint in shown
        assert not any(form in shown for form in forms(SECRET))
        assert not hasattr(key, "__dict__")


# -- keys of signatures -----------------------------------------------------------------------------------

PRIVATE = Ed25519PrivateKey.from_private_bytes(SECRET)


def pem(key: Any, password: bytes | None = None) -> bytes:
    hidden = BestAvailableEncryption(password) if password else NoEncryption()
    return bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, hidden))


def public_pem(key: Any) -> bytes:
    return bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "this is no Ed25519 private key (PEM)"),
        (b"-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n", "this is no Ed25519 private key (PEM)"),
        (public_pem(PRIVATE), "this is no Ed25519 private key (PEM)"),
        (pem(X25519PrivateKey.generate()), "this is no Ed25519 private key (PEM)"),
        (pem(PRIVATE, b"word"), "the private key has a password, which is not supported"),
    ],
)
def test_what_cannot_sign_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    with pytest.raises(DataError) as caught:
        keys.read_signing_key(written(tmp_path / "sign.pem", content), {})
    assert told in str(caught.value)
    assert "openssl genpkey -algorithm ed25519" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "this is no Ed25519 public key"), (pem(PRIVATE), "only the public one may travel")],
)
def test_what_cannot_verify_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    with pytest.raises(DataError, match=told):
        keys.read_public_key(written(tmp_path / "sign.pub.pem", content))


def test_the_private_key_comes_from_a_file_or_two_variables(tmp_path: Path) -> None:
    file = written(tmp_path / "sign.pem", pem(PRIVATE))
    public = keys.read_public_key(written(tmp_path / "sign.pub.pem", public_pem(PRIVATE)))
    one_line = pem(PRIVATE).decode().replace("\n", "\\n")
    assert keys.read_signing_key(None, {}) is None
    for source, environment in (
        (file, {}),
        (None, {"BANGFU_SIGNING_KEY": pem(PRIVATE).decode()}),
        (None, {"BANGFU_SIGNING_KEY": one_line}),
        (None, {"BANGFU_SIGNING_KEY_FILE": str(file)}),
    ):
        key = keys.read_signing_key(source, environment)
        assert key is not None
        assert key.fingerprint == public.fingerprint
        assert public.holds(key.sign(b"text"), b"text")
        assert not public.holds(key.sign(b"text"), b"other")
    raw = PRIVATE.public_key().public_bytes_raw()
    assert public.fingerprint == sm3_oracle.sm3(raw).hex()[:16]


@pytest.mark.parametrize("signature", ["", "x", "AAAA", "é", "A" * 88])
def test_what_is_no_signature_does_not_hold(signature: str) -> None:
    assert not keys.PublicKey(PRIVATE.public_key()).holds(signature, b"text")
