"""The app as Django knows it."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """bangfu.office.registry"""

    name = "bangfu.office.registry"
    label = "registry"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """A rotation of keys must know of the blind indexes, whatever else was imported."""
        from bangfu.office.registry import identifiers  # noqa: F401
