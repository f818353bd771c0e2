"""What is said to someone who may not: an exception that the middleware shows and writes to the log."""

from __future__ import annotations


class Refused(Exception):
    """The actor may not do this here. `permission` and `area_code` say what was wanted."""

    def __init__(self, permission: str, area_code: str = "") -> None:
        super().__init__(f"{permission} {area_code}".strip())
        self.permission = permission
        self.area_code = area_code


class OutOfReach(Refused):
    """The record lies outside the actor's area. Shown as not found, so that nobody learns that it exists; logged."""


class Invalid(ValueError):
    """What was sent cannot be used: messages by field, `""` for the whole form; the message says what to do."""

    def __init__(self, errors: dict[str, str] | str) -> None:
        self.errors = {"": errors} if isinstance(errors, str) else errors
        super().__init__("; ".join(map(str, self.errors.values())))


class Conflict(Exception):
    """Someone else changed the same fields meanwhile: {field: (theirs, mine)}; nothing was written."""

    def __init__(self, fields: dict[str, tuple[object, object]]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields
