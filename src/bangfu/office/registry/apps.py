"""The app as Django knows it."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """bangfu.office.registry"""

    name = "bangfu.office.registry"
    label = "registry"
    default_auto_field = "django.db.models.BigAutoField"
