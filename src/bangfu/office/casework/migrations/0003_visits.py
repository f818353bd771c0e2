"""A thing of a step may be the record of a home visit."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casework", "0002_area_wall")]

    operations = [
        migrations.AddField(
            model_name="casedocument", name="visit", field=models.BigIntegerField(null=True, verbose_name="入户记录")
        ),
    ]
