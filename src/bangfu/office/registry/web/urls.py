"""Addresses of the registry."""

from django.urls import path

from bangfu.office.registry.web import unmask, views

urlpatterns = [
    path("households/", views.household_list, name="households"),
    path("households/export/", views.household_export, name="export"),
    path("households/filters/", views.filter_save, name="filter_save"),
    path("households/filters/<int:pk>/delete/", views.filter_delete, name="filter_delete"),
    path("households/<str:number>/", views.household_page, name="household"),
    path("households/<str:number>/full/", views.household_full, name="household_full"),
    path("households/<str:number>/facts/<str:name>/", views.household_fact, name="household_fact"),
    path("persons/<str:number>/facts/<str:name>/", views.person_fact, name="person_fact"),
    path("unmask/<str:kind>/<str:number>/", unmask.unmask_view, name="unmask"),
    path("search/", views.search, name="search"),
    path("search/suggest/", views.suggest, name="suggest"),
]
