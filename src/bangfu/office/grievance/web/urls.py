"""Addresses of complaints."""

from django.urls import path

from bangfu.office.grievance.web import views

urlpatterns = [
    path("grievance/", views.complaints, name="complaints"),
    path("grievance/new/", views.new, name="new"),
    path("grievance/<int:pk>/", views.complaint, name="complaint"),
    path("grievance/<int:pk>/move/", views.move, name="move"),
    path("grievance/<int:pk>/letters/<int:seq>/", views.letter, name="letter"),
]
