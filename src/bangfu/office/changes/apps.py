"""The app as Django knows it."""

from django.apps import AppConfig


class ChangesConfig(AppConfig):
    """bangfu.office.changes"""

    name = "bangfu.office.changes"
    label = "changes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Erasure reaches the changes too."""
        from bangfu.office.changes import erasing  # noqa: F401
