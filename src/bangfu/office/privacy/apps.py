"""The app as Django knows it."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """bangfu.office.privacy"""

    name = "bangfu.office.privacy"
    label = "privacy"
    default_auto_field = "django.db.models.BigAutoField"
