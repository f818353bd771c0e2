"""The app as Django knows it."""

from django.apps import AppConfig


class PairingConfig(AppConfig):
    """bangfu.office.pairing"""

    name = "bangfu.office.pairing"
    label = "pairing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Erasure reaches plans and campaigns too."""
        from bangfu.office.pairing import erasing, relocation  # noqa: F401
