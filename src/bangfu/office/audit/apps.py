"""The app as Django knows it."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """bangfu.office.audit"""

    name = "bangfu.office.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"
