"""Addresses of the imports."""

from django.urls import path

from bangfu.office.imports.web import columns, views

urlpatterns = [
    path("imports/", views.batch_list, name="list"),
    path("imports/new/", views.new, name="new"),
    path("imports/<int:pk>/", views.batch, name="batch"),
    path("imports/<int:pk>/progress/", views.progress, name="progress"),
    path("imports/<int:pk>/columns/", columns.columns, name="columns"),
    path("imports/<int:pk>/issues/", views.issues, name="issues"),
    path("imports/<int:pk>/changes/", views.changes, name="changes"),
    path("imports/<int:pk>/marked/", views.marked, name="marked"),
    path("imports/<int:pk>/check/", views.check, name="check"),
    path("imports/<int:pk>/commit/", views.commit, name="commit"),
    path("imports/<int:pk>/cancel/", views.cancel, name="cancel"),
    path("imports/<int:pk>/resume/", views.resume, name="resume"),
    path("imports/<int:pk>/discard/", views.discard, name="discard"),
    path("imports/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
]
