"""Targets and stars of ranks, one row for each area."""

from django.db import migrations, models

from bangfu.office.areas.api import area_condition, area_wall


class Migration(migrations.Migration):
    dependencies = [("reporting", "0001_forms")]

    operations = [
        migrations.CreateModel(
            name="RankTarget",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_code", models.CharField(max_length=12, verbose_name="区划代码")),
                ("indicator", models.CharField(max_length=100, verbose_name="指标")),
                ("target", models.DecimalField(decimal_places=6, max_digits=20, null=True, verbose_name="目标")),
                ("stars", models.JSONField(default=list, verbose_name="星级门槛")),
                ("measured", models.CharField(default="value", max_length=8, verbose_name="门槛按什么算")),
                ("user_key", models.CharField(max_length=64, verbose_name="设定人标识")),
                ("set_at", models.DateTimeField(auto_now=True, verbose_name="设定时间")),
            ],
            options={
                "verbose_name": "排名目标",
                "constraints": [
                    models.UniqueConstraint(fields=("area_code", "indicator"), name="reporting_target_once")
                ],
            },
        ),
        area_wall("reporting_ranktarget", area_condition()),
    ]
