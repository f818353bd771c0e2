"""Addresses of cases."""

from django.urls import path

from bangfu.office.casework.web import boards, bulk, views

urlpatterns = [
    path("cases/", views.board, name="board"),
    path("cases/new/", views.new_case, name="new"),
    path("cases/places/", boards.places, name="places"),
    path("cases/stalls/", boards.stalls, name="stalls"),
    path("cases/passed/", boards.passed, name="passed"),
    path("cases/calendar/", boards.calendar, name="calendar"),
    path("cases/calendar.ics", boards.calendar_file, name="calendar_file"),
    path("cases/bulk/", bulk.bulk_list, name="bulk_list"),
    path("cases/bulk/open/", bulk.open_many, name="open_many"),
    path("cases/bulk/choose/", bulk.bulk_choose, name="bulk_choose"),
    path("cases/bulk/<int:pk>/", bulk.bulk, name="bulk"),
    path("cases/bulk/<int:pk>/what/", bulk.bulk_what, name="bulk_what"),
    path("cases/bulk/<int:pk>/form/", bulk.bulk_form, name="bulk_form"),
    path("cases/bulk/<int:pk>/choices/", bulk.bulk_choices, name="bulk_choices"),
    path("cases/bulk/<int:pk>/confirm/", bulk.bulk_confirm, name="bulk_confirm"),
    path("cases/bulk/<int:pk>/progress/", bulk.bulk_progress, name="bulk_progress"),
    path("cases/<int:pk>/shared/<int:document>/", bulk.shared, name="shared"),
    path("cases/household/<str:number>/", views.of_household, name="household"),
    path("cases/<int:pk>/", views.case_page, name="case"),
    path("cases/<int:pk>/act/", views.act, name="act"),
    path("cases/<int:pk>/sign/", views.sign, name="sign"),
    path("cases/<int:pk>/bar/", views.bar, name="bar"),
    path("cases/<int:pk>/decisions/<int:decision>/", views.decision, name="decision"),
    path("cases/<int:pk>/decisions/<int:decision>/letter/", views.decision_letter, name="decision_letter"),
    path("cases/<int:pk>/letters/<int:paper>/", views.letter, name="letter"),
    path("cases/<int:pk>/notices/<str:thing>/", views.notice, name="notice"),
]
