"""A QR code as SVG, for paper."""

from __future__ import annotations

import io


def qr_svg(text: str) -> str:
    """Black on white with its quiet zone, of level M: it still reads when a seventh of it is dirty."""
    import segno

    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", scale=1, border=2, light="#fff", xmldecl=False)
    return out.getvalue().decode()
