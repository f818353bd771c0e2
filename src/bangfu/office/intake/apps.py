"""The app as Django knows it."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """bangfu.office.intake"""

    name = "bangfu.office.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Erasure and a change of keys reach what was handed in too."""
        from bangfu.office.intake import erasing, indexes  # noqa: F401
