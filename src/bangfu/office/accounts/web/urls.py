"""Addresses of accounts; those of logging in are in login_urls.py."""

from django.urls import path

from bangfu.office.accounts.web import mine, people, work

urlpatterns = [
    path("accounts/", people.users, name="users"),
    path("accounts/invite/", people.invite, name="invite"),
    path("accounts/me/", mine.me, name="me"),
    path("accounts/me/sessions/end/", mine.end_sessions, name="end_own_sessions"),
    path("accounts/link/<str:secret>/", mine.link, name="link"),
    path("accounts/welcome/", mine.welcome, name="welcome"),
    path("accounts/handover/", work.handover, name="handover"),
    path("accounts/users/<str:key>/", people.user, name="user"),
    path("accounts/users/<str:key>/roles/", people.grant, name="grant"),
    path("accounts/users/<str:key>/roles/<int:pk>/end/", people.end_role, name="end_role"),
    path("accounts/users/<str:key>/link/", people.link, name="issue_link"),
    path("accounts/users/<str:key>/close/", people.close, name="close"),
    path("accounts/users/<str:key>/reopen/", people.reopen, name="reopen"),
    path("accounts/users/<str:key>/sessions/end/", people.end_sessions, name="end_sessions"),
    path("accounts/users/<str:key>/second-step/reset/", people.reset_second_step, name="reset_second_step"),
]
