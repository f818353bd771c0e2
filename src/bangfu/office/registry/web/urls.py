"""Addresses of the registry."""

from django.urls import path

from bangfu.office.registry.web import unmask, views

urlpatterns = [
    path("households/", views.household_list, name="households"),
    path("households/<str:number>/", views.household_file, name="household"),
    path("unmask/<str:kind>/<str:number>/", unmask.unmask_view, name="unmask"),
    path("search/", views.search, name="search"),
]
