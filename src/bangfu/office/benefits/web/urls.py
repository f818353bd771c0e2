"""Addresses of entitlements."""

from django.urls import path

from bangfu.office.benefits.web import moving, views

urlpatterns = [
    path("benefits/", views.benefits, name="benefits"),
    path("benefits/export/", views.export, name="export"),
    path("benefits/notice/", views.notice, name="notice"),
    path("benefits/take-over/", views.take_over, name="take_over"),
    path("benefits/transfers/", moving.moving, name="transfers"),
    path("benefits/transfers/ask/", moving.ask, name="ask_transfer"),
    path("benefits/transfers/<int:pk>/", moving.answer, name="transfer"),
    path("benefits/household/<str:number>/", views.of_household, name="household"),
]
