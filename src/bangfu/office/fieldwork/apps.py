"""The app as Django knows it."""

from django.apps import AppConfig


class FieldworkConfig(AppConfig):
    """bangfu.office.fieldwork"""

    name = "bangfu.office.fieldwork"
    label = "fieldwork"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Erasure reaches the visits too."""
        from bangfu.office.fieldwork import erasing  # noqa: F401
