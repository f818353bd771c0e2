"""Addresses of the log."""

from django.urls import path

from bangfu.office.audit.web import views

urlpatterns = [
    path("audit/", views.log, name="log"),
    path("audit/export/", views.export, name="export"),
    path("audit/verification/", views.verification, name="verification"),
    path("audit/<int:pk>/", views.entry, name="entry"),
    path("audit/<int:pk>/reveal/", views.reveal, name="reveal"),
]
