"""Tokens of whole columns: read, normalised and hashed once per distinct value."""

from __future__ import annotations

from typing import Any

from bangfu.core.matching.numbers import pack_digits
from bangfu.core.matching.rows import NO_DAY
from bangfu.core.matching.tokens.hashing import ID, NAME_BIRTH, SOUND_BIRTH, normalised_names, sounds_of
from bangfu.core.matching.tokens.keys import DIGEST_BYTES, TokenKey

NO_TOKEN = -1
_BLOCK = 1 << 20
_PART = 1 << 14


def number_tokens(key: TokenKey, packed: Any) -> Any:
    """The tokens of packed ID numbers (int64), an Arrow column of text; null where there is NO_NUMBER."""
    import numpy as np

    distinct, which = np.unique(packed, return_inverse=True)
    none = int(np.searchsorted(distinct, 0))  # NO_NUMBER, where there is any, comes first
    texts = number_bytes(distinct[none:])
    size = texts.shape[1]
    body = texts.tobytes()
    made = key.digests(ID, (body[at : at + size] for at in range(0, len(body), size)))
    return _column(made, which - none)


def number_bytes(packed: Any) -> Any:
    """The eighteen characters of packed numbers, as a matrix (rows × 18, uint8)."""
    import numpy as np

    digits = np.empty((len(packed), 18), np.uint8)
    left = packed.copy()
    for place in range(16, -1, -1):
        left, digits[:, place] = np.divmod(left, 10)
    _, check = pack_digits(digits[:, :17])
    digits[:, :17] += np.uint8(48)
    digits[:, 17] = np.frombuffer(b"0123456789X", np.uint8)[check]
    return digits


def name_tokens(key: TokenKey, names: Any, days: Any) -> tuple[Any, Any]:
    """The tokens of name and birth and of sound and birth, two Arrow columns of text; null where either is missing.

    `names` is an Arrow column of text, `days` int32 since 1970 with NO_DAY where the birth is not known.
    """
    import numpy as np
    import pyarrow as pa

    encoded = names.combine_chunks() if isinstance(names, pa.ChunkedArray) else names
    encoded = encoded.cast(pa.string()).dictionary_encode()
    written = np.asarray(encoded.indices.fill_null(len(encoded.dictionary)))
    forms = normalised_names(encoded.dictionary.to_pylist())
    named = _pairs(key, NAME_BIRTH, forms, written, days)
    return named, _pairs(key, SOUND_BIRTH, sounds_of(forms), written, days)


def _pairs(key: TokenKey, domain: str, forms: list[str], written: Any, days: Any) -> Any:
    """The tokens of each row's form with its day; forms that are equal count as one."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    known = pa.array([form or None for form in forms], pa.string()).dictionary_encode()
    code = np.append(np.asarray(known.indices.fill_null(NO_TOKEN)), NO_TOKEN).astype(np.int64)[written]
    whole = (code >= 0) & (days != NO_DAY)
    distinct, which = np.unique((code[whole] << 32) + days[whole], return_inverse=True)
    day = ((distinct + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)  # it may lie before 1970
    said = known.dictionary.take(pa.array((distinct - day) >> 32))
    born = pa.array(day.astype(np.int32)).cast(pa.date32()).cast(pa.string())
    texts = pc.binary_join_element_wise(said, born, "|").cast(pa.binary())
    parts = (texts[start : start + _PART] for start in range(0, len(texts), _PART))
    made = key.digests(domain, (text for part in parts for text in part.to_pylist()))
    at = np.full(len(written), NO_TOKEN, np.int64)
    at[whole] = which
    return _column(made, at)


def _column(digests: bytes, which: Any) -> Any:
    """Digests as hexadecimal digits: for each row the one that it points to, null where it points to none."""
    import numpy as np
    import pyarrow as pa

    rows = np.frombuffer(digests, np.uint8).reshape(-1, DIGEST_BYTES)
    pairs = np.frombuffer(bytes(range(256)).hex().encode(), np.uint16)
    chunks = []
    for start in range(0, len(which), _BLOCK):
        at = which[start : start + _BLOCK]
        valid = at >= 0
        body = pairs[rows[at[valid]]].tobytes()
        offsets = np.concatenate([[0], np.cumsum(valid)]).astype(np.int32) * (2 * DIGEST_BYTES)
        bits = pa.array(valid).buffers()[1]
        chunks.append(pa.StringArray.from_buffers(len(at), pa.py_buffer(offsets), pa.py_buffer(body), bits))
    return pa.chunked_array(chunks, pa.string())
