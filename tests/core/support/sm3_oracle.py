"""SM3 and HMAC-SM3 written from GB/T 32905-2016 and RFC 2104 alone: an oracle for the library that is used."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import starmap

_START = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)
_WORD = 0xFFFFFFFF
_BLOCK = 64


def _turn(word: int, by: int) -> int:
    by %= 32
    return ((word << by) | (word >> (32 - by))) & _WORD


def _expanded(block: bytes) -> list[int]:
    """5.3.2: 16 words of the block to 68."""
    words = [int.from_bytes(block[at : at + 4], "big") for at in range(0, _BLOCK, 4)]
    for j in range(16, 68):
        mixed = words[j - 16] ^ words[j - 9] ^ _turn(words[j - 3], 15)
        mixed = mixed ^ _turn(mixed, 15) ^ _turn(mixed, 23)  # P1
        words.append(mixed ^ _turn(words[j - 13], 7) ^ words[j - 6])
    return words


def _compressed(state: Sequence[int], block: bytes) -> tuple[int, ...]:
    """5.3.3: the compression function CF."""
    words = _expanded(block)
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        constant = 0x79CC4519 if j < 16 else 0x7A879D8A
        ss1 = _turn((_turn(a, 12) + e + _turn(constant, j)) & _WORD, 7)
        ss2 = ss1 ^ _turn(a, 12)
        ff = a ^ b ^ c if j < 16 else (a & b) | (a & c) | (b & c)
        gg = e ^ f ^ g if j < 16 else (e & f) | (~e & _WORD & g)
        tt1 = (ff + d + ss2 + (words[j] ^ words[j + 4])) & _WORD
        tt2 = (gg + h + ss1 + words[j]) & _WORD
        a, b, c, d = tt1, a, _turn(b, 9), c
        e, f, g, h = tt2 ^ _turn(tt2, 9) ^ _turn(tt2, 17), e, _turn(f, 19), g  # P0
    return tuple(starmap(int.__xor__, zip(state, (a, b, c, d, e, f, g, h), strict=True)))


def sm3(message: bytes) -> bytes:
    """The digest of a message, 32 bytes."""
    zeros = (56 - len(message) - 1) % _BLOCK
    padded = message + b"\x80" + bytes(zeros) + (8 * len(message)).to_bytes(8, "big")
    state: tuple[int, ...] = _START
    for at in range(0, len(padded), _BLOCK):
        state = _compressed(state, padded[at : at + _BLOCK])
    return b"".join(word.to_bytes(4, "big") for word in state)


def hmac_sm3(key: bytes, message: bytes) -> bytes:
    """RFC 2104 with SM3 and blocks of 64 bytes."""
    short = (sm3(key) if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    inner, outer = (bytes(byte ^ pad for byte in short) for pad in (0x36, 0x5C))
    return sm3(outer + sm3(inner + message))
