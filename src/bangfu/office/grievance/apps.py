"""The app as Django knows it."""

from django.apps import AppConfig


class GrievanceConfig(AppConfig):
    """bangfu.office.grievance"""

    name = "bangfu.office.grievance"
    label = "grievance"
    default_auto_field = "django.db.models.BigAutoField"
