"""The app as Django knows it."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """bangfu.office.imports"""

    name = "bangfu.office.imports"
    label = "imports"
    default_auto_field = "django.db.models.BigAutoField"
