"""Addresses of text messages."""

from django.urls import path

from bangfu.office.sending.web import views

urlpatterns = [
    path("messages/", views.messages_page, name="messages"),
    path("messages/<int:pk>/again/", views.again, name="again"),
    path("messages/refusals/", views.refusals, name="refusals"),
    path("messages/refusals/<int:pk>/end/", views.allow, name="allow"),
]
