"""Applications at the one window, reports of the public, objections on the web, and the counting of what the public sends."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("casework", "0007_step_bureau"),
        ("privacy", "0001_keys"),
        ("registry", "0006_closings"),
    ]

    operations = [
        migrations.CreateModel(
            name="Application",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=10, unique=True, verbose_name="回执号")),
                ("area_code", models.CharField(max_length=12, verbose_name="行政村代码")),
                ("content", models.BinaryField(null=True, verbose_name="内容密文")),
                ("walk_in", models.BooleanField(default=False, verbose_name="当场建档")),
                ("taken_at", models.DateTimeField(verbose_name="受理时间")),
                ("taken_by", models.CharField(max_length=64, verbose_name="受理人标识")),
                ("taken_name", models.CharField(max_length=60, verbose_name="受理人")),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to="registry.household",
                        verbose_name="户",
                    ),
                ),
            ],
            options={
                "verbose_name": "申请",
            },
        ),
        migrations.CreateModel(
            name="ApplicationCase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("recognised", models.BooleanField(default=False, verbose_name="已在办理")),
                ("handed", models.JSONField(default=list, verbose_name="已交材料")),
                ("missing", models.JSONField(default=list, verbose_name="尚缺材料")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="intake.application",
                        verbose_name="申请",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to="casework.case",
                        verbose_name="个案",
                    ),
                ),
            ],
            options={
                "verbose_name": "申请的事项",
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20, verbose_name="类别")),
                ("mark", models.BinaryField(max_length=16, verbose_name="标记")),
                ("at", models.DateTimeField(verbose_name="时间")),
            ],
            options={
                "verbose_name": "公众提交计数",
                "indexes": [models.Index(fields=["kind", "mark", "at"], name="intake_attempt_mark")],
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=10, unique=True, verbose_name="回执号")),
                ("area_code", models.CharField(max_length=12, verbose_name="行政村代码")),
                ("content", models.BinaryField(null=True, verbose_name="内容密文")),
                ("id_sealed", models.BinaryField(null=True, verbose_name="证件号码密文")),
                ("id_index", models.BinaryField(max_length=16, null=True, verbose_name="证件号码盲索引")),
                ("phone_sealed", models.BinaryField(null=True, verbose_name="电话密文")),
                ("phone_index", models.BinaryField(max_length=16, null=True, verbose_name="电话盲索引")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "已收到"),
                            ("looking", "核实中"),
                            ("joined", "并入已有事项"),
                            ("turned", "已转为申请"),
                            ("answered", "已答复"),
                        ],
                        default="received",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("consent", models.CharField(max_length=12, verbose_name="同意书版本")),
                ("received_at", models.DateTimeField(verbose_name="收到时间")),
                ("due_on", models.DateField(null=True, verbose_name="应核实日期")),
                ("answer", models.BinaryField(null=True, verbose_name="答复密文")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="办结时间")),
                ("ended_name", models.CharField(blank=True, max_length=60, verbose_name="办结人")),
                (
                    "application",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="intake.application",
                        verbose_name="申请",
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="registry.household",
                        verbose_name="户",
                    ),
                ),
                (
                    "joined_case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="casework.case",
                        verbose_name="并入的个案",
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
                "verbose_name": "自主申报",
            },
        ),
        migrations.CreateModel(
            name="WebObjection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=10, unique=True, verbose_name="回执号")),
                ("area_code", models.CharField(max_length=12, verbose_name="行政村代码")),
                ("content", models.BinaryField(null=True, verbose_name="内容密文")),
                ("seq", models.PositiveIntegerField(verbose_name="办理记录序号")),
                ("received_at", models.DateTimeField(verbose_name="收到时间")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="web_objections",
                        to="casework.case",
                        verbose_name="个案",
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
                "verbose_name": "网上异议",
            },
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["area_code", "-id"], name="intake_application_area"),
        ),
        migrations.AddConstraint(
            model_name="applicationcase",
            constraint=models.UniqueConstraint(fields=("application", "case"), name="intake_line_once"),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["state", "area_code", "due_on", "id"], name="intake_report_list"),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["household"], name="intake_report_household"),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["phone_index"], name="intake_report_phone"),
        ),
        migrations.AddIndex(
            model_name="webobjection",
            index=models.Index(fields=["case", "seq"], name="intake_objection_case"),
        ),
    ]
