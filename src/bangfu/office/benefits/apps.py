"""The app as Django knows it."""

from django.apps import AppConfig


class BenefitsConfig(AppConfig):
    """bangfu.office.benefits"""

    name = "bangfu.office.benefits"
    label = "benefits"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Erasure reaches the entitlements too, and a household that moves takes them along."""
        from bangfu.office.benefits import erasing, relocation  # noqa: F401
