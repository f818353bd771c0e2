"""The app as Django knows it."""

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    """bangfu.office.casework"""

    name = "bangfu.office.casework"
    label = "casework"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Erasure reaches the cases too, a household that moves takes them along, files that cases share are known as theirs."""
        from bangfu.office.casework import erasing, relocation  # noqa: F401
        from bangfu.office.casework.bulk import sharing  # noqa: F401
