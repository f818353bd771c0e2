"""Addresses of pairing, plans and campaigns."""

from django.urls import path

from bangfu.office.pairing.web import bulk, campaigns, findings, helpers, pairs, plans

urlpatterns = [
    path("pairs/", pairs.pairs, name="pairs"),
    path("pairs/export/", pairs.export, name="pairs_export"),
    path("pairs/mine/", pairs.mine, name="mine"),
    path("pairs/bulk/", bulk.bulk, name="bulk"),
    path("pairs/household/<str:number>/", pairs.of_household, name="household"),
    path("pairs/household/<str:number>/pair/", pairs.pair, name="pair"),
    path("pairs/household/<str:number>/end/", pairs.end, name="end"),
    path("pairs/helpers/", helpers.helpers, name="helpers"),
    path("pairs/helpers/new/", helpers.new, name="helper_new"),
    path("pairs/helpers/<int:pk>/", helpers.helper, name="helper"),
    path("pairs/helpers/<int:pk>/edit/", helpers.edit, name="helper_edit"),
    path("pairs/helpers/<int:pk>/end/", helpers.end, name="helper_end"),
    path("pairs/helpers/<int:pk>/duty/", helpers.duty, name="helper_duty"),
    path("pairs/helpers/<int:pk>/handover/", helpers.hand_over, name="hand_over"),
    path("pairs/measures/", plans.measures, name="measures"),
    path("pairs/measures/export/", plans.measures_export, name="measures_export"),
    path("pairs/plans/<str:number>/<int:year>/", plans.plan, name="plan"),
    path("pairs/plans/<str:number>/<int:year>/edit/", plans.edit, name="plan_edit"),
    path("pairs/plans/<str:number>/<int:year>/print/", plans.printed, name="plan_print"),
    path("pairs/plans/<str:number>/<int:year>/versions/<int:version>/", plans.version, name="plan_version"),
    path("pairs/plans/<str:number>/<int:year>/measures/", plans.add, name="measure_add"),
    path("pairs/plans/<str:number>/<int:year>/measures/<int:pk>/", plans.change, name="measure_change"),
    path("pairs/plans/<str:number>/<int:year>/measures/<int:pk>/<str:to>/", plans.move, name="measure_move"),
    path("campaigns/", campaigns.campaigns, name="campaigns"),
    path("campaigns/new/", campaigns.new, name="campaign_new"),
    path("campaigns/<int:pk>/", campaigns.campaign, name="campaign"),
    path("campaigns/<int:pk>/start/", campaigns.start, name="campaign_start"),
    path("campaigns/<int:pk>/drop/", campaigns.drop, name="campaign_drop"),
    path("campaigns/<int:pk>/close/", campaigns.close, name="campaign_close"),
    path("campaigns/<int:pk>/export/", campaigns.export, name="campaign_export"),
    path("campaigns/<int:pk>/report/", campaigns.report, name="campaign_report"),
    path("campaigns/<int:pk>/households/<int:row>/", findings.row, name="campaign_row"),
    path("campaigns/<int:pk>/findings/<int:finding>/", findings.finding, name="finding"),
]
