"""Addresses of the areas."""

from django.urls import path

from bangfu.office.areas.web import files, views

urlpatterns = [
    path("areas/", views.tree, name="tree"),
    path("areas/import/", files.upload, name="import"),
    path("areas/import/template.xlsx", files.template, name="template"),
    path("areas/import/<int:pk>/", files.draft, name="draft"),
    path("areas/<str:code>/", views.area, name="area"),
    path("areas/<str:code>/children/", views.children, name="children"),
    path("areas/<str:code>/boundaries.json", views.boundaries, name="boundaries"),
    path("areas/<str:code>/change/<str:kind>/", views.change, name="change"),
]
