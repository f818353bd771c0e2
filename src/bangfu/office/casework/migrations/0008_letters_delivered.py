"""That letters were delivered, walled like their cases; and where offices are found, which everybody may read."""

import django.db.models.deletion
from django.db import migrations, models

from bangfu.office.areas.api import area_wall, through_condition


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0007_step_bureau"),
    ]

    operations = [
        migrations.CreateModel(
            name="OfficeContact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_code", models.CharField(max_length=12, unique=True, verbose_name="地区代码")),
                ("address", models.CharField(max_length=120, verbose_name="地址")),
                ("telephone", models.CharField(blank=True, max_length=30, verbose_name="办公电话")),
                ("hours", models.CharField(blank=True, max_length=60, verbose_name="办公时间")),
            ],
            options={
                "verbose_name": "经办单位联系方式",
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("in_person", "当面送达"),
                            ("family", "成年家属代收"),
                            ("post", "邮寄送达"),
                            ("left", "留置送达（有见证人）"),
                            ("electronic", "电子送达（本人同意）"),
                        ],
                        max_length=12,
                        verbose_name="送达方式",
                    ),
                ),
                ("delivered_on", models.DateField(verbose_name="送达日期")),
                ("delivered_by", models.CharField(max_length=60, verbose_name="送达人")),
                ("received_by", models.CharField(blank=True, max_length=60, verbose_name="签收人")),
                ("proof_document", models.BigIntegerField(null=True, verbose_name="送达凭证")),
                ("proof_paper", models.CharField(blank=True, max_length=60, verbose_name="送达凭证存放处")),
                ("recorded_by", models.CharField(max_length=64, verbose_name="登记人标识")),
                ("recorded_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="casework.case",
                        verbose_name="个案",
                    ),
                ),
                (
                    "determination",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="casework.determination",
                        verbose_name="决定",
                    ),
                ),
                (
                    "paper",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="casework.casedocument",
                        verbose_name="文书",
                    ),
                ),
            ],
            options={
                "verbose_name": "送达",
                "constraints": [
                    models.UniqueConstraint(fields=("case", "determination"), name="casework_delivery_decision"),
                    models.UniqueConstraint(fields=("case", "paper"), name="casework_delivery_paper"),
                ],
            },
        ),
        area_wall("casework_delivery", through_condition("casework_delivery", {"case_id": "casework_case"})),
    ]
