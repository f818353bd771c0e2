"""Addresses of the registry."""

from django.urls import path

from bangfu.office.registry.web import bulk, documents, files, lists, search, unmask, vocabularies

urlpatterns = [
    path("households/", lists.household_list, name="households"),
    path("households/export/", lists.export_households, name="household_export"),
    path("households/bulk/", bulk.choose, name="bulk"),
    path("households/bulk/preview/", bulk.preview, name="bulk_preview"),
    path("households/bulk/apply/", bulk.apply, name="bulk_apply"),
    path("persons/", lists.person_list, name="persons"),
    path("persons/export/", lists.export_persons, name="person_export"),
    path("filters/save/", lists.save_filter, name="filter_save"),
    path("filters/<int:key>/delete/", lists.delete_filter, name="filter_delete"),
    path("households/<str:number>/", files.household_file, name="household"),
    path("households/<str:number>/print/", files.household_print, name="household_print"),
    path("households/<str:number>/facts/<str:name>/", files.household_fact, name="household_fact"),
    path("persons/<str:number>/facts/<str:name>/", files.person_fact, name="person_fact"),
    path("households/<str:number>/documents/add/", documents.add, name="document_add"),
    path("documents/<int:key>/", documents.show, name="document"),
    path("documents/<int:key>/withdraw/", documents.withdraw, name="document_withdraw"),
    path("unmask/<str:kind>/<str:number>/", unmask.unmask_view, name="unmask"),
    path("search/", search.search, name="search"),
    path("search/suggest/", search.suggest, name="suggest"),
    path("vocabularies/", vocabularies.all_of_them, name="vocabularies"),
    path("vocabularies/load/", vocabularies.load, name="vocabulary_load"),
    path("vocabularies/<str:name>/", vocabularies.one, name="vocabulary"),
    path("vocabularies/<str:name>/edit/", vocabularies.edit, name="vocabulary_edit"),
]
