"""The app as Django knows it."""

from django.apps import AppConfig


class AreasConfig(AppConfig):
    """bangfu.office.areas"""

    name = "bangfu.office.areas"
    label = "areas"
    default_auto_field = "django.db.models.BigAutoField"
