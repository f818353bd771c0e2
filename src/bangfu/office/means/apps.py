"""The app as Django knows it."""

from django.apps import AppConfig


class MeansConfig(AppConfig):
    """bangfu.office.means"""

    name = "bangfu.office.means"
    label = "means"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Erasure reaches this app, and a run that is done is followed by its cross-check."""
        from bangfu.office.means import crosschecks, erasing  # noqa: F401
