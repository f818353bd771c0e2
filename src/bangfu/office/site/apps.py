"""The app as Django knows it."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """bangfu.office.site"""

    name = "bangfu.office.site"
    label = "site"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The log learns how things are called."""
        from bangfu.office.audit.api import call_things
        from bangfu.office.site.naming import Names

        call_things(Names())
