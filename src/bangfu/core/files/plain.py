"""The plain majority of cells, read a column at a time by Arrow.

Whatever is not plain is left to the cell readers.

A cell counts as plain only where the cell reader would say the same without any remark.
"""

from __future__ import annotations

from typing import Any

from bangfu.core.files.layout import ColumnLayout

_WHOLE = r"^[0-9]{1,14}$"
_YUAN = r"^[0-9]{1,12}(\.[0-9]{1,2})?$"
_MAYBE_BLANK = r"^(?i:[-/\\#(<‐‑‒–—―－−／（＜＃空\s]|null|none|nan|n/a)"
_SPACED = r"^\s|\s$"
_WORDS = ("null", "none", "nan")


def read_plain(texts: Any, column: ColumnLayout, factor: int) -> tuple[Any, Any] | None:
    """Values (null where not plain) and a boolean array of what is plain.

    None where the kind has no such way.
    """
    if column.kind == "integer" or (column.kind == "money" and column.fen):
        return _numbers(texts, column, _WHOLE, yuan=False)
    if column.kind == "money" and factor == 1:
        return _numbers(texts, column, _YUAN, yuan=True)
    if column.kind == "verbatim":
        return _verbatim(texts)
    if column.kind != "text":
        return None
    return _keys(texts) if column.key or column.link else _texts(texts)


def _numbers(texts: Any, column: ColumnLayout, pattern: str, *, yuan: bool) -> tuple[Any, Any]:
    import pyarrow as pa
    import pyarrow.compute as pc

    plain = pc.fill_null(pc.match_substring_regex(texts, pattern), False)
    digits = pc.if_else(plain, texts, pa.scalar(None, pa.string()))
    if yuan:
        hundredfold = pc.multiply(digits.cast(pa.decimal128(14, 2)), pa.scalar(100, pa.decimal128(3, 0)))
        values = hundredfold.cast(pa.int64())
    else:
        values = digits.cast(pa.int64())
    for bound, within in ((column.low, pc.greater_equal), (column.high, pc.less_equal)):
        if bound is not None:
            plain = pc.and_(plain, pc.fill_null(within(values, pa.scalar(int(bound), pa.int64())), False))
    return values, plain


def _verbatim(texts: Any) -> tuple[Any, Any]:
    import pyarrow as pa
    import pyarrow.compute as pc

    written = pc.fill_null(pc.greater(pc.binary_length(texts), 0), False)
    return pc.if_else(written, texts, pa.scalar(None, pa.string())), pa.array([True] * len(texts))


def _keys(texts: Any) -> tuple[Any, Any]:
    import pyarrow as pa
    import pyarrow.compute as pc

    word = pc.is_in(pc.utf8_lower(texts), value_set=pa.array(_WORDS))
    plain = pc.and_not(pc.and_(pc.string_is_ascii(texts), pc.ascii_is_alnum(texts)), word)
    return texts, pc.fill_null(plain, False)


def _texts(texts: Any) -> tuple[Any, Any]:
    import pyarrow.compute as pc

    odd = pc.or_(pc.match_substring_regex(texts, _MAYBE_BLANK), pc.match_substring_regex(texts, _SPACED))
    plain = pc.and_not(pc.utf8_is_printable(texts), odd)
    return texts, pc.fill_null(pc.and_(plain, pc.greater(pc.binary_length(texts), 0)), False)
