"""Complaints, whom they concern, and what happened to them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("casework", "0007_step_bureau"),
        ("privacy", "0001_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="Complaint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=10, unique=True, verbose_name="回执号")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("complaint", "投诉"),
                            ("petition", "诉求、建议"),
                            ("misuse", "举报：资金或权力被滥用"),
                        ],
                        max_length=12,
                        verbose_name="类别",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("visit", "来访"), ("phone", "来电"), ("letter", "来信"), ("web", "网上")],
                        max_length=8,
                        verbose_name="来源",
                    ),
                ),
                ("area_code", models.CharField(max_length=12, verbose_name="办理单位")),
                ("about_area", models.CharField(max_length=12, verbose_name="所涉区域")),
                ("content", models.BinaryField(null=True, verbose_name="内容密文")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "已收到"),
                            ("accepted", "办理中"),
                            ("answered", "已答复"),
                            ("refused", "不予受理，已告知"),
                            ("closed", "已办结"),
                        ],
                        default="received",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("extended", models.BooleanField(default=False, verbose_name="已延长")),
                ("reviewed", models.BooleanField(default=False, verbose_name="已复查")),
                ("received_at", models.DateTimeField(verbose_name="收到时间")),
                ("taken_by", models.CharField(blank=True, max_length=64, verbose_name="登记人标识")),
                ("accepted_on", models.DateField(null=True, verbose_name="受理日期")),
                ("due_on", models.DateField(null=True, verbose_name="到期日")),
                ("assigned_to", models.CharField(blank=True, max_length=64, verbose_name="承办人标识")),
                ("assigned_name", models.CharField(blank=True, max_length=60, verbose_name="承办人")),
                ("closed_on", models.DateField(null=True, verbose_name="办结日期")),
                ("version", models.PositiveIntegerField(default=0, verbose_name="版本")),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="complaints",
                        to="casework.case",
                        verbose_name="相关个案",
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="privacy.subjectkey",
                        verbose_name="密钥",
                    ),
                ),
            ],
            options={
                "verbose_name": "信访投诉",
            },
        ),
        migrations.CreateModel(
            name="ComplaintEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.PositiveIntegerField(verbose_name="序号")),
                ("move", models.CharField(max_length=12, verbose_name="办理")),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("actor_key", models.CharField(max_length=64, verbose_name="办理人标识")),
                ("actor_name", models.CharField(max_length=60, verbose_name="办理人")),
                ("words", models.BinaryField(null=True, verbose_name="内容密文")),
                ("detail", models.CharField(blank=True, max_length=64, verbose_name="去向")),
                (
                    "complaint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="grievance.complaint",
                        verbose_name="信访投诉",
                    ),
                ),
            ],
            options={
                "verbose_name": "信访投诉办理记录",
            },
        ),
        migrations.CreateModel(
            name="Concern",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("user_key", models.CharField(max_length=64, verbose_name="账户标识")),
                (
                    "complaint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="concerns",
                        to="grievance.complaint",
                        verbose_name="信访投诉",
                    ),
                ),
            ],
            options={
                "verbose_name": "所涉人员",
            },
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(fields=["state", "area_code", "due_on", "id"], name="grievance_list"),
        ),
        migrations.AddConstraint(
            model_name="complaintevent",
            constraint=models.UniqueConstraint(fields=("complaint", "seq"), name="grievance_event_seq"),
        ),
        migrations.AddIndex(
            model_name="concern",
            index=models.Index(fields=["user_key"], name="grievance_concern_user"),
        ),
        migrations.AddConstraint(
            model_name="concern",
            constraint=models.UniqueConstraint(fields=("complaint", "user_key"), name="grievance_concern_once"),
        ),
    ]
