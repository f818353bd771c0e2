"""Answers that are files."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def pdf(name: str, content: bytes) -> HttpResponse:
    """A PDF that no cache keeps."""
    return file(name, content, "application/pdf", attached=False)


def file(name: str, content: bytes, media_type: str, attached: bool = True) -> HttpResponse:
    """Bytes under a name, kept by no cache."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(attached, name) or "inline"
    response["Cache-Control"] = "no-store"
    return response
