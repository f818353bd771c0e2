"""Addresses of visits."""

from django.urls import path

from bangfu.office.fieldwork.web import after, lists, views

urlpatterns = [
    path("visits/", lists.visits, name="visits"),
    path("visits/new/", views.new, name="new"),
    path("visits/sync/", views.sync, name="sync"),
    path("visits/due/", lists.due, name="due"),
    path("visits/due/file/", lists.due_file, name="due_file"),
    path("visits/report/", lists.report, name="report"),
    path("visits/report/file/", lists.report_file, name="report_file"),
    path("visits/findings/", after.findings, name="findings"),
    path("visits/findings/<int:pk>/dismiss/", after.dismiss, name="dismiss"),
    path("visits/differences/", after.differences, name="differences"),
    path("visits/differences/<int:pk>/", after.settle, name="settle"),
    path("visits/household/<str:number>/", lists.of_household, name="household"),
    path("visits/worked/<str:number>/", after.worked, name="worked"),
    path("visits/<int:pk>/", views.visit, name="visit"),
    path("visits/<int:pk>/part/<str:section>/", views.section, name="section"),
    path("visits/<int:pk>/submit/", views.submit, name="submit"),
    path("visits/<int:pk>/discard/", views.discard, name="discard"),
    path("visits/<int:pk>/photo/<int:document>/drop/", views.drop_photo, name="drop_photo"),
]
