"""Addresses of the figures and reports."""

from django.urls import path

from bangfu.office.reporting.web import check_views, document_views, figure_views

urlpatterns = [
    path("figures/", figure_views.figures, name="figures"),
    path("figures/export/", figure_views.export, name="figures_export"),
    path("figures/document/", document_views.document, name="document"),
    path("figures/check/", check_views.check, name="check"),
    path("figures/<int:run>/<slug:indicator>/", figure_views.figure, name="figure"),
]
