"""The app as Django knows it."""

from django.apps import AppConfig


class RunsConfig(AppConfig):
    """bangfu.office.runs"""

    name = "bangfu.office.runs"
    label = "runs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Erasure reaches the runs too."""
        from bangfu.office.runs import erasing  # noqa: F401
