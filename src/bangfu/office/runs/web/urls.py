"""Addresses of the monthly run."""

from django.urls import path

from bangfu.office.runs.web import views

urlpatterns = [
    path("runs/", views.run_list, name="list"),
    path("runs/new/", views.new_run, name="new"),
    path("runs/<int:pk>/", views.run_page, name="run"),
    path("runs/<int:pk>/progress/", views.progress, name="progress"),
    path("runs/<int:pk>/cancel/", views.cancel_run, name="cancel"),
    path("runs/<int:pk>/lines/", views.lines, name="lines"),
    path("runs/<int:pk>/lines/<int:line>/", views.explanation, name="line"),
    path("runs/<int:pk>/export/", views.export, name="export"),
    path("runs/<int:pk>/worklists/<str:code>/", views.worklist, name="worklist"),
]
