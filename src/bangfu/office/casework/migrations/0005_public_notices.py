"""What is posted about cases; walled by area in PostgreSQL like the cases."""

import django.db.models.deletion
from django.db import migrations, models

from bangfu.office.areas.api import area_condition, area_wall


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0004_means"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublicNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(max_length=32, unique=True, verbose_name="网址标识")),
                ("sheet", models.CharField(blank=True, max_length=32, verbose_name="合并公示标识")),
                ("area_code", models.CharField(max_length=12, verbose_name="行政村代码")),
                ("thing", models.CharField(max_length=60, verbose_name="公示")),
                ("step", models.CharField(max_length=60, verbose_name="步骤")),
                ("head_name", models.CharField(blank=True, max_length=60, verbose_name="户主")),
                ("persons", models.PositiveSmallIntegerField(verbose_name="家庭人数")),
                ("matter_title", models.CharField(max_length=120, verbose_name="事项")),
                ("category", models.CharField(blank=True, max_length=20, verbose_name="类别")),
                ("amount_fen", models.BigIntegerField(null=True, verbose_name="金额（分）")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("village", models.CharField(max_length=60, verbose_name="村（社区）")),
                ("from_on", models.DateField(verbose_name="公示起始日")),
                ("until_on", models.DateField(verbose_name="公示截止日")),
                ("issued_by", models.CharField(max_length=64, verbose_name="出具人标识")),
                ("issued_name", models.CharField(max_length=60, verbose_name="出具人")),
                ("issued_at", models.DateTimeField(verbose_name="出具时间")),
                ("proof_document", models.BigIntegerField(null=True, verbose_name="张贴照片")),
                ("proof_paper", models.CharField(blank=True, max_length=60, verbose_name="张贴照片存放处")),
                ("posted_on", models.DateField(null=True, verbose_name="张贴日期")),
                ("taken_on", models.DateField(null=True, verbose_name="照片拍摄日期")),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="撤下时间")),
                (
                    "withdrawn_why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("objection", "有异议，重新调查"),
                            ("returned", "退回，重新办理"),
                            ("replaced", "已另行公示"),
                            ("ended", "事项已终止或撤回"),
                            ("mistake", "公示内容有误"),
                        ],
                        max_length=12,
                        verbose_name="撤下原因",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="casework.case",
                        verbose_name="个案",
                    ),
                ),
            ],
            options={
                "verbose_name": "公示",
                "indexes": [models.Index(fields=["area_code", "until_on", "id"], name="casework_notice_area")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=("case", "thing"),
                        name="casework_notice_once",
                    )
                ],
            },
        ),
        area_wall("casework_publicnotice", area_condition()),
    ]
