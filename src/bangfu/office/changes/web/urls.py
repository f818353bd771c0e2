"""Addresses of the changes."""

from django.urls import path

from bangfu.office.changes.web import reconcile_views, views, window_views

urlpatterns = [
    path("changes/", views.change_list, name="list"),
    path("changes/propose/", views.propose, name="propose"),
    path("changes/windows/", window_views.windows, name="windows"),
    path("changes/windows/apply/", window_views.apply_now, name="apply_queue"),
    path("changes/windows/<int:pk>/end/", window_views.end, name="window_end"),
    path("changes/reconcile/", reconcile_views.reconcile, name="reconcile"),
    path("changes/reconcile/<int:pk>/", reconcile_views.reconciliation, name="reconciliation"),
    path("changes/reconcile/<int:pk>/differences.xlsx", reconcile_views.differences_file, name="differences_file"),
    path("changes/differences/<int:pk>/correct/", reconcile_views.correct, name="difference_correct"),
    path("changes/<int:pk>/", views.show, name="show"),
    path("changes/<int:pk>/confirm/", views.confirm, name="confirm"),
    path("changes/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("changes/<int:pk>/conflict/", views.resolve, name="resolve"),
    path("changes/<int:pk>/undo/", views.undo, name="undo"),
]
