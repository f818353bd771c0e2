"""Addresses of meetings."""

from django.urls import path

from bangfu.office.meetings.web import people, views

urlpatterns = [
    path("meetings/", views.meetings, name="meetings"),
    path("meetings/new/", views.new, name="new"),
    path("meetings/tasks/", views.tasks, name="tasks"),
    path("meetings/tasks/<int:pk>/done/", views.task_done, name="task_done"),
    path("meetings/committee/", people.committee, name="committee"),
    path("meetings/committee/<int:pk>/end/", people.member_end, name="member_end"),
    path("meetings/relatives/", people.relatives, name="relatives"),
    path("meetings/relatives/<int:pk>/end/", people.relative_end, name="relative_end"),
    path("meetings/files/<int:pk>/", people.file, name="file"),
    path("meetings/matters/<int:pk>/", views.matter, name="matter"),
    path("meetings/matters/<int:pk>/remove/", views.remove, name="remove"),
    path("meetings/<int:pk>/", views.meeting, name="meeting"),
    path("meetings/<int:pk>/do/<str:what>/", views.do, name="do"),
    path("meetings/<int:pk>/minutes/", views.minutes, name="minutes"),
]
