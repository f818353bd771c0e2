"""Addresses of cases."""

from django.urls import path

from bangfu.office.casework.web import letter_views, means_views, notice_views, reviewing, views, watching

urlpatterns = [
    path("cases/", views.board, name="board"),
    path("cases/means/", means_views.at_the_check, name="means"),
    path("cases/new/", views.new_case, name="new"),
    path("cases/from-visit/<int:pk>/", views.from_visit, name="from_visit"),
    path("cases/review/", reviewing.review, name="review"),
    path("cases/number/<str:number>/", reviewing.numbered, name="numbered"),
    path("cases/monitoring/", watching.monitor, name="monitoring"),
    path("cases/monitoring/clue/", watching.clue, name="clue"),
    path("cases/household/<str:number>/", views.of_household, name="household"),
    path("cases/<int:pk>/", views.case_page, name="case"),
    path("cases/<int:pk>/act/", views.act, name="act"),
    path("cases/<int:pk>/sign/", views.sign, name="sign"),
    path("cases/<int:pk>/bar/", views.bar, name="bar"),
    path("cases/<int:pk>/decisions/<int:decision>/", views.decision, name="decision"),
    path("cases/<int:pk>/decisions/<int:decision>/letter/", views.decision_letter, name="decision_letter"),
    path("cases/<int:pk>/letters/<int:paper>/", views.letter, name="letter"),
    path("cases/<int:pk>/notices/<str:thing>/", notice_views.notice, name="notice"),
    path("cases/<int:pk>/deliver/", letter_views.deliver, name="deliver"),
    path("cases/contacts/", letter_views.contacts, name="contacts"),
    path("cases/notices/", notice_views.board, name="notices"),
    path("cases/notices/<int:notice>/print/", notice_views.print_notice, name="notice_print"),
    path("cases/notices/<int:notice>/proof/", notice_views.proof, name="notice_proof"),
    path("cases/notices/<int:notice>/withdraw/", notice_views.withdraw, name="notice_withdraw"),
]
