"""The app as Django knows it."""

from django.apps import AppConfig


class AreasConfig(AppConfig):
    """bangfu.office.areas"""

    name = "bangfu.office.areas"
    label = "areas"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Every new connection learns which areas it may show."""
        from django.db.backends.signals import connection_created

        from bangfu.office.areas.wall import on_connect

        connection_created.connect(on_connect, dispatch_uid="bangfu.areas")
