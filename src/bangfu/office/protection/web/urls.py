"""Addresses of data protection."""

from django.urls import path

from bangfu.office.protection.web import views

urlpatterns = [
    path("protection/", views.overview, name="list"),
    path("protection/request/", views.request_erasure, name="request"),
    path("protection/<int:pk>/confirm/", views.confirm, name="confirm"),
    path("protection/<int:pk>/refuse/", views.refuse, name="refuse"),
]
