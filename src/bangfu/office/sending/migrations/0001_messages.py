"""The first tables of this app."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("registry", "0006_closings"),
    ]

    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=120, unique=True, verbose_name="标识")),
                ("template", models.CharField(max_length=20, verbose_name="模板")),
                ("area_code", models.CharField(max_length=12, verbose_name="行政村代码")),
                ("reference", models.CharField(max_length=40, verbose_name="事项编号")),
                ("text", models.CharField(max_length=300, verbose_name="内容")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "待发"),
                            ("sending", "发送中"),
                            ("sent", "已发送"),
                            ("recorded", "已记录（试运行，未发送）"),
                            ("failed", "发送失败"),
                            ("unclear", "结果不明"),
                            ("no_phone", "没有手机号"),
                            ("opted_out", "不接收短信"),
                        ],
                        default="queued",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("masked", models.CharField(blank=True, max_length=20, verbose_name="号码（遮盖）")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="已试次数")),
                ("next_at", models.DateTimeField(verbose_name="下次发送时间")),
                ("gateway", models.CharField(blank=True, max_length=12, verbose_name="通道")),
                ("receipt", models.CharField(blank=True, max_length=80, verbose_name="网关回执")),
                ("error", models.CharField(blank=True, max_length=80, verbose_name="失败原因")),
                ("queued_at", models.DateTimeField(verbose_name="生成时间")),
                ("changed_at", models.DateTimeField(verbose_name="最近变动时间")),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.household",
                        verbose_name="户",
                    ),
                ),
            ],
            options={
                "verbose_name": "短信",
                "indexes": [
                    models.Index(fields=["area_code", "state", "id"], name="sending_message_area"),
                    models.Index(
                        condition=models.Q(("state", "queued")), fields=["next_at"], name="sending_message_due"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OptOut",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_code", models.CharField(max_length=12, verbose_name="行政村代码")),
                ("since", models.DateField(verbose_name="登记日期")),
                ("added_by", models.CharField(max_length=64, verbose_name="登记人标识")),
                ("added_name", models.CharField(max_length=60, verbose_name="登记人")),
                (
                    "household",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.household",
                        verbose_name="户",
                    ),
                ),
            ],
            options={
                "verbose_name": "不接收短信",
                "indexes": [models.Index(fields=["area_code", "id"], name="sending_optout_area")],
            },
        ),
    ]
