"""A column that is named like a personal value is declared, or stands here with the reason why it holds none."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

from bangfu.office.privacy.api import PersonalData

PERSONAL = {
    "name", "pinyin", "initials", "phone", "telephone", "mobile", "id", "identity", "birth", "birthday", "email", "address",
    "account", "bank", "health", "disability", "illness", "facts", "values", "sealed", "photo", "plate", "contact",
}  # fmt: skip
"""Words in the names of columns with personal values."""
TEXT = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.DateField, models.FileField)
NOT_PERSONAL = {
    ("Area", "name"): "name of a place",
    ("Group", "name"): "name of a place",
    ("Household", "group_name"): "name of a place",
    ("Entry", "subject_id"): "number of a household or person, a code",
    ("Vocabulary", "name"): "name of a list",
    ("SavedFilter", "name"): "name of a filter",
    ("Batch", "file_name"): "name of a file",
    ("FilledForm", "file_name"): "name of a file",
    ("Run", "rulebook_name"): "name of a rulebook",
    ("ChangeWindow", "name"): "name of a period",
    ("Entitlement", "class_name"): "class of a benefit: A, B, C",
    ("Period", "class_name"): "class of a benefit: A, B, C",
    ("Visit", "client_id"): "random key that the sender gave",
    ("OfficeContact", "address"): "address of an office",
    ("OfficeContact", "telephone"): "landline of an office",
}


def ours():
    return [m for m in apps.get_models() if m.__module__.startswith("bangfu.")]


def test_every_column_named_like_a_personal_value_is_declared():
    undeclared = [
        f"{model.__name__}.{field.name}"
        for model in ours()
        for field in model._meta.local_concrete_fields
        if isinstance(field, TEXT)
        and set(field.name.split("_")) & PERSONAL
        and field.name not in model.personal_data.fields
        and (model.__name__, field.name) not in NOT_PERSONAL
    ]
    assert undeclared == []


def test_what_stands_here_as_not_personal_exists():
    known = {(m.__name__, f.name) for m in ours() for f in m._meta.local_concrete_fields}
    assert set(NOT_PERSONAL) <= known


def test_a_period_names_a_column_of_the_model():
    for model in ours():
        if keep := model.personal_data.keep:
            assert isinstance(model._meta.get_field(keep.after), models.DateField)
            assert keep.years > 0


def test_a_declaration_without_an_end_is_refused():
    with pytest.raises(ValueError, match="how they are erased and how long they are kept"):
        PersonalData(fields={"name": "name"})
