"""Files that are sent."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"


def sent(name: str, content: bytes | str, media_type: str, attached: bool = True) -> HttpResponse:
    """A file under a name, to be kept by no cache; `attached` is saved, otherwise it is shown."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(attached, name) or "attachment"
    response["Cache-Control"] = "no-store"
    return response
