"""The app as Django knows it."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """bangfu.office.site"""

    name = "bangfu.office.site"
    label = "site"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Lower apps learn who listens to them."""
        from bangfu.office.site import subscribers  # noqa: F401
