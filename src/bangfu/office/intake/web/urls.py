"""Addresses of the one window, of reports, of bureaus, and of the public pages."""

from django.urls import path

from bangfu.office.intake.web import bureau, public, reports, views

urlpatterns = [
    path("window/", views.window, name="window"),
    path("window/walk-in/", views.walk_in, name="walk_in"),
    path("window/household/<str:number>/", views.household, name="household"),
    path("window/applications/<str:number>/", views.application, name="application"),
    path("window/applications/<str:number>/receipt/", views.receipt, name="receipt"),
    path("reports/", reports.reports, name="reports"),
    path("reports/<int:pk>/", reports.report, name="report"),
    path("objections/", reports.objections, name="objections"),
    path("objections/<int:pk>/", reports.objection, name="objection"),
    path("bureau/", bureau.board, name="bureau"),
    path("bureau/<int:pk>/", bureau.case_page, name="bureau_case"),
    path("bureau/<int:pk>/act/", bureau.act, name="bureau_act"),
    path("bureau/<int:pk>/sign/", bureau.sign, name="bureau_sign"),
    path("help/", public.help_page, name="help"),
    path("help/status/", public.status_page, name="status"),
    path("complaints/", public.complain, name="complain"),
    path("notices/", public.notices, name="notices"),
    path("notices/<str:token>/", public.public_notice, name="public_notice"),
]
