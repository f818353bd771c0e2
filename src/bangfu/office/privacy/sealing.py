"""Sealed values: SM4-GCM under the subject's own key, which is wrapped under the master key.

Whoever destroys a subject's key has erased everything sealed with it, in the tables, in the audit log and in every
later backup, while hashes over the sealed bytes stay valid.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

from bangfu.office.privacy.keyring import KeyFileError, MasterKey, keyring

_VERSION = b"\x01"
_NONCE = 12
_TAG = 16
_KEY = 16


class SealBroken(ValueError):
    """A sealed value was changed, or belongs to another subject or another field."""


class Erased(ValueError):
    """The subject's key was destroyed: the value no longer exists."""


def _encrypt(key: bytes, label: str, plain: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    cipher = Cipher(SM4(key), modes.GCM(nonce)).encryptor()
    cipher.authenticate_additional_data(label.encode())
    sealed = cipher.update(plain) + cipher.finalize()
    return _VERSION + nonce + sealed + cipher.tag


def _decrypt(key: bytes, label: str, sealed: bytes) -> bytes:
    if len(sealed) < 1 + _NONCE + _TAG or sealed[:1] != _VERSION:
        raise SealBroken(f"密文 {label} 不完整 / the sealed {label} is not whole")
    nonce, body, tag = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE : -_TAG], sealed[-_TAG:]
    cipher = Cipher(SM4(key), modes.GCM(nonce, tag)).decryptor()
    cipher.authenticate_additional_data(label.encode())
    try:
        return cipher.update(body) + cipher.finalize()
    except InvalidTag:
        raise SealBroken(f"密文 {label} 被改动或不属于本人 / the sealed {label} was changed or is another's") from None


def new_key(master: MasterKey | None = None) -> tuple[bytes, bytes, str]:
    """A fresh key: itself, its wrapped form, and the master key's ID."""
    master = master or keyring().current
    key = os.urandom(_KEY)
    return key, _encrypt(master.derive("wrap")[:_KEY], "key", key), master.name


def unwrap(wrapped: bytes, master: str) -> bytes:
    """The key in a wrapped form. Raises Erased, SealBroken, KeyFileError."""
    if not wrapped:
        raise Erased("个人资料已按规定删除 / the personal data were erased")
    return _decrypt(_master(master).derive("wrap")[:_KEY], "key", bytes(wrapped))


def _master(name: str) -> MasterKey:
    try:
        return keyring().named(name)
    except KeyFileError:
        return keyring(fresh=True).named(name)  # a rotation may have begun this very second


def rewrap(wrapped: bytes, master: str) -> tuple[bytes, str]:
    """The same key under the master key in use."""
    current = keyring().current
    return _encrypt(current.derive("wrap")[:_KEY], "key", unwrap(wrapped, master)), current.name


def seal(key: bytes, label: str, text: str) -> bytes:
    """Text sealed under a subject's key; `label` names the field and must be given again to open it."""
    return _encrypt(key, label, text.encode())


def unseal(key: bytes, label: str, sealed: bytes) -> str:
    """The text again. Raises SealBroken."""
    return _decrypt(key, label, bytes(sealed)).decode()


@lru_cache(maxsize=8)
def _keyed(key: bytes) -> hmac.HMAC:
    return hmac.HMAC(key, hashes.SM3())


def blind_index(kind: str, value: str, master: MasterKey | None = None) -> bytes:
    """16 bytes by which a sealed value is found without being opened; `value` must be normalised by the caller."""
    mac = _keyed((master or keyring().current).derive("index")).copy()
    mac.update(kind.encode() + b"\x00" + value.encode())
    return mac.finalize()[:16]


def blind_index_many(kind: str, values: Iterable[str]) -> list[bytes]:
    """`blind_index` of many values under the key in use."""
    keyed, head = _keyed(keyring().current.derive("index")), kind.encode() + b"\x00"
    found = []
    for value in values:
        mac = keyed.copy()
        mac.update(head + value.encode())
        found.append(mac.finalize()[:16])
    return found


def blind_indexes(kind: str, value: str) -> list[bytes]:
    """The indexes under every key in the file, so that search goes on during a rotation."""
    return [blind_index(kind, value, master) for master in keyring().keys]
