"""The app as Django knows it."""

from django.apps import AppConfig


class ProtectionConfig(AppConfig):
    """bangfu.office.protection"""

    name = "bangfu.office.protection"
    label = "protection"
    default_auto_field = "django.db.models.BigAutoField"
