"""The only door to this app."""

from bangfu.office.protection.actions import confirm, refuse, request_erasure
from bangfu.office.protection.retention import due_households, due_persons, periods

__all__ = ["confirm", "due_households", "due_persons", "periods", "refuse", "request_erasure"]
