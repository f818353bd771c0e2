"""The app as Django knows it."""

from django.apps import AppConfig


class BenefitsConfig(AppConfig):
    """bangfu.office.benefits"""

    name = "bangfu.office.benefits"
    label = "benefits"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Erasure reaches the entitlements too."""
        from bangfu.office.benefits import erasing  # noqa: F401
