"""Columns and indexes of the lists, documents of a household, and bulk actions that are applied once only."""

import django.db.models.deletion
import django.db.models.fields.json
from django.db import migrations, models


def copy_of(fact, label):
    return models.GeneratedField(
        db_persist=True,
        expression=django.db.models.fields.json.KeyTextTransform(fact, "facts"),
        output_field=models.CharField(max_length=40, null=True),
        verbose_name=label,
    )


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_statement_index")]

    operations = [
        migrations.CreateModel(
            name="BulkChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=32, unique=True, verbose_name="预览编号")),
                ("actor_key", models.CharField(max_length=64, verbose_name="操作人")),
                ("action", models.CharField(max_length=30, verbose_name="操作")),
                ("parameters", models.JSONField(default=dict, verbose_name="参数")),
                ("changed", models.PositiveIntegerField(verbose_name="变更户数")),
                ("skipped", models.PositiveIntegerField(verbose_name="跳过户数")),
                ("at", models.DateTimeField(verbose_name="时间")),
            ],
            options={"verbose_name": "批量操作"},
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="registry.household",
                        verbose_name="户",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="registry.person",
                        verbose_name="人",
                    ),
                ),
                ("kind", models.CharField(max_length=30, verbose_name="类别")),
                ("title", models.CharField(max_length=80, verbose_name="名称")),
                ("dated", models.DateField(null=True, verbose_name="日期")),
                ("file_name", models.CharField(max_length=80, unique=True, verbose_name="存放名")),
                ("media_type", models.CharField(max_length=80, verbose_name="格式")),
                ("size", models.PositiveIntegerField(verbose_name="字节数")),
                ("sha256", models.CharField(max_length=64, verbose_name="校验值")),
                ("added_by", models.CharField(max_length=64, verbose_name="登记人")),
                ("added_at", models.DateTimeField(verbose_name="登记时间")),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="撤回时间")),
                ("withdrawn_reason", models.CharField(blank=True, max_length=120, verbose_name="撤回原因")),
            ],
            options={
                "verbose_name": "档案材料",
                "indexes": [models.Index(fields=["household", "added_at"], name="registry_document_household")],
            },
        ),
        migrations.RemoveIndex(model_name="household", name="registry_household_area"),
        migrations.RemoveIndex(model_name="person", name="registry_person_area"),
        migrations.RemoveIndex(model_name="person", name="registry_person_household"),
        migrations.RemoveIndex(model_name="person", name="registry_person_name"),
        migrations.AddField("household", "poverty_cause", copy_of("poverty_cause", "主要致贫原因")),
        migrations.AddField("household", "risk_1", copy_of("risk_1", "第一风险")),
        migrations.AddField("household", "risk_2", copy_of("risk_2", "第二风险")),
        migrations.AddField(
            "term",
            "ended",
            models.BooleanField(default=False, help_text="旧记录仍显示其名称，新记录不能再选", verbose_name="不再使用"),
        ),
        migrations.AddIndex(
            "household",
            models.Index(
                fields=[
                    "area_code",
                    "number",
                    "closed_on",
                    "household_type",
                    "monitored_kind",
                    "poverty_cause",
                    "risk_1",
                    "risk_2",
                    "person_count",
                    "per_capita_fen",
                    "head_name",
                    "group_name",
                ],
                name="registry_household_list",
            ),
        ),
        migrations.AddIndex(
            "person", models.Index(fields=["household", "left_on", "birth_date"], name="registry_person_household")
        ),
        migrations.AddIndex(
            "person", models.Index(fields=["name", "area_code", "number", "left_on"], name="registry_person_name")
        ),
        migrations.AddIndex(
            "person",
            models.Index(
                fields=["area_code", "number", "left_on", "birth_date", "sex", "relation", "household", "name"],
                name="registry_person_list",
            ),
        ),
    ]
