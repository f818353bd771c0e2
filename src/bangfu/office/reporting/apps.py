"""The app as Django knows it."""

from django.apps import AppConfig


class ReportingConfig(AppConfig):
    """bangfu.office.reporting"""

    name = "bangfu.office.reporting"
    label = "reporting"
    default_auto_field = "django.db.models.BigAutoField"
