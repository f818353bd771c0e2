"""Addresses of the figures and reports."""

from django.urls import path

from bangfu.office.reporting.web import check_views, document_views, figure_views, fill_views, rank_views

urlpatterns = [
    path("figures/", figure_views.figures, name="figures"),
    path("figures/export/", figure_views.export, name="figures_export"),
    path("figures/document/", document_views.document, name="document"),
    path("figures/check/", check_views.check, name="check"),
    path("figures/fill/", fill_views.fill, name="fill"),
    path("figures/fill/<int:pk>/", fill_views.filled, name="filled"),
    path("figures/fill/<int:pk>/progress/", fill_views.progress, name="fill_progress"),
    path("figures/fill/<int:pk>/download/", fill_views.download, name="fill_download"),
    path("figures/fill/<int:pk>/answer/", fill_views.answer, name="fill_answer"),
    path("figures/fill/<int:pk>/forget/", fill_views.forget, name="fill_forget"),
    path("figures/fill/<int:pk>/again/", fill_views.again, name="fill_again"),
    path("figures/fill/<int:pk>/cancel/", fill_views.cancel, name="fill_cancel"),
    path("figures/fill/<int:pk>/remove/", fill_views.remove, name="fill_remove"),
    path("figures/ranks/", rank_views.rank, name="ranks"),
    path("figures/ranks/targets/", rank_views.targets, name="rank_targets"),
    path("figures/ranks/export/", rank_views.export, name="ranks_export"),
    path("figures/<int:run>/words/", figure_views.phrase, name="phrase"),
    path("figures/<int:run>/<slug:indicator>/", figure_views.figure, name="figure"),
]
