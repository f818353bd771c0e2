"""The app as Django knows it."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """bangfu.office.accounts"""

    name = "bangfu.office.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
