"""The app as Django knows it."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """bangfu.office.pages"""

    name = "bangfu.office.pages"
    label = "pages"
    default_auto_field = "django.db.models.BigAutoField"
