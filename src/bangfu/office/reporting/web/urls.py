"""Addresses of the figures and reports."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
