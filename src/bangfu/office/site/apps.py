"""The app as Django knows it."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """bangfu.office.site"""

    name = "bangfu.office.site"
    label = "site"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The log learns how things are called, and every kind of event is known, whatever else was imported."""
        from importlib import import_module
        from importlib.util import find_spec

        from django.conf import settings

        from bangfu.office.audit.api import call_things
        from bangfu.office.site.naming import Names

        call_things(Names())
        for app in settings.APPS:
            if find_spec(f"bangfu.office.{app}") and find_spec(f"bangfu.office.{app}.events"):
                import_module(f"bangfu.office.{app}.events")
