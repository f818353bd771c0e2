"""SM3 and HMAC-SM3 give the published values, and agree everywhere with an independent writing of the standard."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes, hmac
from hypothesis import given, settings
from hypothesis import strategies as st

from bangfu.core.matching.exchange.log import sm3
from bangfu.core.matching.tokens.keys import TokenKey
from tests.core.support import sm3_oracle

DIGESTS = [  # GB/T 32905-2016, annex A
    (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
    (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
]
MACS = [  # GM/T 0042-2015, annex D.3
    (
        bytes(range(1, 33)),
        b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq" * 2,
        "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a",
    ),
    (
        bytes(range(1, 38)),
        b"\xcd" * 50,
        "220bf579ded555393f0159f66c99877822a3ecf610d1552154b41d44b94db3ae",
    ),
    (b"\x0b" * 32, b"Hi There", "c0ba18c68b90c88bc07de794bfc7d2c8d19ec31ed8773bc2b390c9604e0be11e"),
    (
        b"Jefe",
        b"what do ya want for nothing?",
        "2e87f1d16862e6d964b50a5200bf2b10b764faa9680a296a2405f24bec39f882",
    ),
]
KEY = bytes.fromhex("f1e7c52ea0ff48b9d3041c6f9be2a7508d3c61b4e9125fa6780bcd439e16f2a5")


@pytest.mark.parametrize(("message", "digest"), DIGESTS)
def test_the_examples_of_the_standard(message: bytes, digest: str) -> None:
    assert sm3(message) == digest
    assert sm3_oracle.sm3(message).hex() == digest


@pytest.mark.parametrize(("key", "message", "mac"), MACS)
def test_the_examples_of_hmac(key: bytes, message: bytes, mac: str) -> None:
    made = hmac.HMAC(key, hashes.SM3())
    made.update(message)
    assert made.finalize().hex() == mac
    assert sm3_oracle.hmac_sm3(key, message).hex() == mac


def test_a_token_is_the_hmac_of_its_domain_and_text() -> None:
    number = "99010119900307004X"
    (token,) = TokenKey(KEY).tokens("id|", [number])
    assert token == sm3_oracle.hmac_sm3(KEY, b"id|" + number.encode()).hex()
    assert token == "5c534d826d35c38aa6395dc61cebd72d35ab40c0579ff5b183b29fb4a36d7675"


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_message_has_the_digest_that_the_standard_says(message: bytes) -> None:
    assert sm3(message) == sm3_oracle.sm3(message).hex()


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=32, max_size=100), st.text(max_size=80))
def test_any_text_has_the_mac_that_the_standard_says(key: bytes, text: str) -> None:
    made = hmac.HMAC(key, hashes.SM3())
    content = text.encode("utf-8", "surrogatepass")
    made.update(content)
    assert made.finalize() == sm3_oracle.hmac_sm3(key, content)
    assert TokenKey(KEY).tokens("", [text]) == [sm3_oracle.hmac_sm3(KEY, content).hex()]
