"""The app as Django knows it."""

from django.apps import AppConfig


class SendingConfig(AppConfig):
    """bangfu.office.sending"""

    name = "bangfu.office.sending"
    label = "sending"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Erasure reaches the messages too."""
        from bangfu.office.sending import erasing  # noqa: F401
