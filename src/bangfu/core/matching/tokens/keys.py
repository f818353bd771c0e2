"""Keys for tokens (HMAC-SM3) and for signatures (Ed25519).

They come from a file or from the environment, and nothing here writes, prints or returns one: a key
object shows its fingerprint, and refuses to be copied into another process.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import os
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

from bangfu.core.matching.errors import DataError

TOKEN_KEY = "BANGFU_TOKEN_KEY"
SIGNING_KEY = "BANGFU_SIGNING_KEY"
SIGNING_KEY_FILE = "BANGFU_SIGNING_KEY_FILE"
PUBLIC_KEY_FILE = "BANGFU_PUBLIC_KEY_FILE"
LEAST_BYTES = 32
FINGERPRINT_DIGITS = 16
DIGEST_BYTES = 32
MAKE_TOKEN_KEY = "openssl rand -hex 32 > key.txt && chmod 600 key.txt"
MAKE_SIGNING_KEY = "openssl genpkey -algorithm ed25519 -out sign.pem && chmod 600 sign.pem"
MAKE_PUBLIC_KEY = "openssl pkey -in sign.pem -pubout -out sign.pub.pem"

Warn = Callable[[str], None]
_MOST_BYTES = 4096
_LEAST_DISTINCT = 16
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
_HEX_DIGITS = re.compile(r"[0-9a-fA-F]+")
_URL_SAFE = str.maketrans("-_", "+/")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_KEY_LIKE = re.compile(r"[A-Za-z0-9+/=_-]{32,}")


def _refused(place: str, zh: str, en: str, command: str) -> DataError:
    """What is wrong with a key, and the command that makes a good one."""
    return DataError(f"{place}: {zh}。请执行：{command} / {en}; run: {command}")


class _Secret:
    """What holds a key: it shows its fingerprint only and stays in this process."""

    __slots__ = ("fingerprint",)

    fingerprint: str

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.fingerprint})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} is not copied, pickled or written")


class TokenKey(_Secret):
    """A key for tokens, from at least 32 random bytes. Raises DataError where they are too few or not random.

    `fingerprint` is the first 16 hexadecimal digits of the HMAC of a fixed text: two parties with the
    same fingerprint hold the same key.
    """

    __slots__ = ("_base",)

    def __init__(self, secret: bytes, place: str = "key") -> None:
        _refuse_weak(secret, place)
        self._base = _hmac_sm3(secret)
        (fingerprint,) = self.tokens("fingerprint|", ["bangfu"])
        self.fingerprint = str(fingerprint)[:FINGERPRINT_DIGITS]

    def tokens(self, domain: str, texts: Iterable[str | None]) -> list[str | None]:
        """HMAC-SM3 of `domain` followed by each text, as 64 hexadecimal digits; None stays None."""
        given = list(texts)
        found = self.digests(domain, (text.encode("utf-8", "surrogatepass") for text in given if text is not None))
        digits, size = found.hex(), 2 * DIGEST_BYTES
        made = iter([digits[at : at + size] for at in range(0, len(digits), size)])
        return [None if text is None else next(made) for text in given]

    def digests(self, domain: str, texts: Iterable[bytes]) -> bytes:
        """HMAC-SM3 of `domain` followed by each text, 32 bytes each, one after the other."""
        base = self._base.copy()
        base.update(domain.encode())
        found = bytearray()
        for text in texts:
            one = base.copy()  # the key's own block has been hashed already
            one.update(text)
            found += one.finalize()
        return bytes(found)

    def seal(self, text: str) -> str:
        """What only whoever holds the key can make of a text that goes with tokens; no token is one of these."""
        return self.digests("note|", [text.encode("utf-8", "surrogatepass")]).hex()


class SigningKey(_Secret):
    """An Ed25519 private key. `fingerprint` is that of its public key."""

    __slots__ = ("_key",)

    def __init__(self, key: Any) -> None:
        self._key = key
        self.fingerprint = public_fingerprint(key.public_key())

    def sign(self, message: bytes) -> str:
        """The signature in base64, 88 characters."""
        return base64.b64encode(self._key.sign(message)).decode()

    def public_key(self) -> PublicKey:
        """The key that checks what this one signs."""
        return PublicKey(self._key.public_key())


class PublicKey:
    """An Ed25519 public key; `fingerprint` is the first 16 hexadecimal digits of the SM3 of its 32 bytes."""

    __slots__ = ("_key", "fingerprint")

    def __init__(self, key: Any) -> None:
        self._key = key
        self.fingerprint = public_fingerprint(key)

    def __repr__(self) -> str:
        return f"PublicKey({self.fingerprint})"

    def holds(self, signature: str, message: bytes) -> bool:
        """Whether the base64 signature is that of the message."""
        from cryptography.exceptions import InvalidSignature

        try:
            self._key.verify(base64.b64decode(signature, validate=True), message)
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True


def public_fingerprint(key: Any) -> str:
    """The fingerprint of a public key of `cryptography`."""
    from cryptography.hazmat.primitives import hashes

    digest = hashes.Hash(hashes.SM3())
    digest.update(key.public_bytes_raw())
    return digest.finalize().hex()[:FINGERPRINT_DIGITS]


# -- the key of tokens ------------------------------------------------------------------------------------


def read_token_key(
    file: Path | None = None, environment: Mapping[str, str] | None = None, warn: Warn | None = None
) -> TokenKey | None:
    """The key in the file, else that of BANGFU_TOKEN_KEY; None where neither is given.

    A file holds the bytes themselves, or one line of hexadecimal or base64 digits; the environment holds
    such a line. `warn` is told when others can read the file. Raises DataError.
    """
    if file is not None:
        return TokenKey(_decoded(_content(file, MAKE_TOKEN_KEY, warn), str(file)), str(file))
    text = (os.environ if environment is None else environment).get(TOKEN_KEY, "")
    return TokenKey(_decoded(text.encode("utf-8", "surrogateescape"), TOKEN_KEY), TOKEN_KEY) if text else None


def _decoded(content: bytes, place: str) -> bytes:
    """The bytes that a key file stands for: what its one line of digits says, else the bytes themselves."""
    text = _text(content)
    if text is None:
        return content
    line = text.strip()
    if not line or _HEX.fullmatch(line):
        return bytes.fromhex(line)
    if _BASE64.fullmatch(line) and not _HEX_DIGITS.fullmatch(line):  # an odd number of digits: one was lost
        padded = line.rstrip("=") + "=" * (-len(line.rstrip("=")) % 4)
        try:
            return base64.b64decode(padded.translate(_URL_SAFE), validate=True)
        except binascii.Error:
            pass
    raise _refused(
        place,
        "内容是文字，不是密钥（应为一行十六进制或 base64，或原始字节）",
        "this is a text, not a key (expected one line of hexadecimal or base64 digits, or the bytes themselves)",
        MAKE_TOKEN_KEY,
    )


def _text(content: bytes) -> str | None:
    """The content as text where it is printable, in whatever encoding an editor or PowerShell gave it."""
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        return None
    return text if all(mark.isprintable() or mark in "\r\n\t" for mark in text) else None


def _refuse_weak(secret: bytes, place: str) -> None:
    size = len(secret)
    if size < LEAST_BYTES:
        zh, en = (
            f"密钥只有 {size} 字节，至少需要 {LEAST_BYTES} 字节",
            f"the key has {size} bytes, {LEAST_BYTES} are needed",
        )
    elif size > _MOST_BYTES:
        zh, en = f"超过 {_MOST_BYTES} 字节，不是密钥文件", f"more than {_MOST_BYTES} bytes: this is no key file"
    elif _guessable(secret):
        zh, en = "密钥不是随机的，容易被猜出", "the key is not random and can be guessed"
    else:
        return
    raise _refused(place, zh, en, MAKE_TOKEN_KEY)


def _guessable(secret: bytes) -> bool:
    """Few different bytes, a typed text, a repeated block, an even step: no random key is any of these."""
    size = len(secret)
    steps = {(after - before) % 256 for before, after in pairwise(secret)}
    return (
        len(set(secret)) < _LEAST_DISTINCT
        or len(steps) == 1
        or all(32 <= byte < 127 for byte in secret)
        or any(secret[:period] * (size // period) == secret for period in range(1, size // 2 + 1) if size % period == 0)
    )


def _hmac_sm3(secret: bytes) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes, hmac

    try:
        return hmac.HMAC(secret, hashes.SM3())
    except UnsupportedAlgorithm:
        raise DataError(
            "本机的加密库没有 SM3；请用 pip 安装的 cryptography / "
            "the cryptography library of this machine lacks SM3: use the one that pip installs"
        ) from None


# -- keys of signatures -----------------------------------------------------------------------------------


def read_signing_key(
    file: Path | None = None, environment: Mapping[str, str] | None = None, warn: Warn | None = None
) -> SigningKey | None:
    """The private key in the PEM file, else in BANGFU_SIGNING_KEY, else in the file that BANGFU_SIGNING_KEY_FILE names.

    None where none is given. Raises DataError.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    content, place = _pem(file, os.environ if environment is None else environment, warn)
    if content is None:
        return None
    try:
        key = load_pem_private_key(content, password=None)
    except TypeError:
        zh, en = "私钥有密码，不支持", "the private key has a password, which is not supported"
        raise _refused(place, zh, en, MAKE_SIGNING_KEY) from None
    except Exception:
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise _refused(place, "不是 Ed25519 私钥（PEM）", "this is no Ed25519 private key (PEM)", MAKE_SIGNING_KEY)
    return SigningKey(key)


def read_public_key(file: Path) -> PublicKey:
    """The public key in a PEM file. Raises DataError, also where the file holds a private key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    content = _content(file, MAKE_PUBLIC_KEY, None)
    if b"PRIVATE KEY" in content:
        zh, en = "这是私钥；核验只需公钥，私钥不要外传", "this is the private key; only the public one may travel"
        raise _refused(str(file), zh, en, MAKE_PUBLIC_KEY)
    try:
        key: object = load_pem_public_key(content)
    except Exception:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        zh, en = "不是 Ed25519 公钥（PEM）", "this is no Ed25519 public key (PEM)"
        raise _refused(str(file), zh, en, MAKE_PUBLIC_KEY)
    return PublicKey(key)


def _pem(file: Path | None, environment: Mapping[str, str], warn: Warn | None) -> tuple[bytes | None, str]:
    """The private key's text and where it came from."""
    inline, named = environment.get(SIGNING_KEY, ""), environment.get(SIGNING_KEY_FILE, "")
    if file is None and inline:
        return inline.replace("\\n", "\n").encode("utf-8", "surrogateescape"), SIGNING_KEY
    if file is None and named:
        file = Path(named)
    return (None, "") if file is None else (_content(file, MAKE_SIGNING_KEY, warn), str(file))


# -- files ------------------------------------------------------------------------------------------------


def _content(file: Path, command: str, warn: Warn | None) -> bytes:
    """What the key file holds; `warn` is told where others can read it."""
    try:
        with file.open("rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
            mode = os.fstat(opened.fileno()).st_mode
    except (OSError, ValueError) as error:
        raise _unreadable(file, command, error) from None
    if warn is not None and os.name == "posix" and mode & 0o077:
        warn(
            f"{file}: 其他用户可以读取这个密钥文件。请执行：chmod 600 {file} / "
            f"other users can read this key file; run: chmod 600 {file}"
        )
    return content


def _unreadable(file: Path, command: str, error: Exception) -> DataError:
    """Somebody who gives the key itself in place of a file must not find it in the message."""
    if _KEY_LIKE.fullmatch(str(file)) and not _in_a_folder(file):
        return _refused(
            "***",
            "应为密钥文件的路径，不是密钥本身；命令行会留在历史记录里，这把密钥请作废",
            "expected the path of a key file, not the key itself; a command line is kept in histories: drop this key",
            command,
        )
    why = (error.strerror if isinstance(error, OSError) else None) or "?"
    return _refused(str(file), f"密钥文件无法读取（{why}）", f"the key file cannot be read ({why})", command)


def _in_a_folder(file: Path) -> bool:
    try:
        return file.parent != Path() and file.parent.is_dir()
    except OSError:
        return False
