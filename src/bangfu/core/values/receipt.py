"""Receipt numbers: ten characters that cannot be guessed and can be read out over a telephone.

Nine are drawn at random from 29 digits and letters that are not mistaken for each other, the tenth checks them: every
single wrong character and every two neighbours that changed places are found.
"""

from __future__ import annotations

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRTVWXYZ"
"""No 0, O, 1, I, L, S, U. Their number is prime, which is why the check finds what it finds."""
LENGTH = 10
_ALIKE = str.maketrans({"0": "Q", "O": "Q", "1": "7", "I": "7", "L": "7", "S": "5", "U": "V", "-": "", " ": ""})


def check_character(body: str) -> str:
    """The last character of a receipt whose first nine are `body`."""
    total = sum(weight * ALPHABET.index(char) for weight, char in enumerate(body, 1))
    return ALPHABET[total % len(ALPHABET)]


def new_receipt() -> str:
    """A number that nobody had before, but for a chance of one in 14 million millions."""
    body = "".join(secrets.choice(ALPHABET) for _place in range(LENGTH - 1))
    return body + check_character(body)


def read_receipt(typed: str) -> str:
    """The receipt that somebody typed, without spaces and dashes, in capitals; empty where it is none."""
    text = typed.strip().upper().translate(_ALIKE)
    if len(text) != LENGTH or any(char not in ALPHABET for char in text):
        return ""
    return text if check_character(text[:-1]) == text[-1] else ""


def shown_receipt(receipt: str) -> str:
    """In groups, as it is printed: `ABCD-EFG-HJK`."""
    return f"{receipt[:4]}-{receipt[4:7]}-{receipt[7:]}"
