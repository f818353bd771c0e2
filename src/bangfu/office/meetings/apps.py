"""The app as Django knows it."""

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    """bangfu.office.meetings"""

    name = "bangfu.office.meetings"
    label = "meetings"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Erasure reaches the meetings too; the registry knows whose the files are."""
        from bangfu.office.meetings import erasing, people  # noqa: F401
