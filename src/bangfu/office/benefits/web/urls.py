"""Addresses of entitlements."""

urlpatterns: list = []
