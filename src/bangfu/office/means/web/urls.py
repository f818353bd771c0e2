"""Addresses of means checks."""

from django.urls import path

from bangfu.office.means.web import authorisation_views, batch_views, crosscheck_views, views

urlpatterns = [
    path("means/", views.reports_page, name="reports"),
    path("means/export/", views.export, name="export"),
    path("means/reports/<int:pk>/", views.report_page, name="report"),
    path("means/reports/<int:pk>/pdf/", views.report_pdf, name="pdf"),
    path("means/household/<str:number>/", views.of_household, name="household"),
    path("means/household/<str:number>/make/", views.make, name="make"),
    path("means/household/<str:number>/contradictions/", views.contradictions_page, name="contradictions"),
    path("means/household/<str:number>/authorise/", authorisation_views.authorise, name="authorise"),
    path("means/household/<str:number>/withdraw/", authorisation_views.withdraw, name="withdraw"),
    path("means/many/", batch_views.many, name="many"),
    path("means/many/<int:pk>/", batch_views.batch_page, name="batch"),
    path("means/many/<int:pk>/progress/", batch_views.progress, name="batch_progress"),
    path("means/many/<int:pk>/start/", batch_views.start, name="batch_start"),
    path("means/many/<int:pk>/cancel/", batch_views.cancel, name="batch_cancel"),
    path("means/crosschecks/", crosscheck_views.crosscheck_list, name="crosschecks"),
    path("means/crosschecks/<int:pk>/progress/", crosscheck_views.progress, name="crosscheck_progress"),
    path("means/crosschecks/start/", crosscheck_views.start, name="crosscheck_start"),
]
