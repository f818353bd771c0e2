"""Which bureau's officers a step is for. A case keeps the procedure it began with: steps that are open now name none."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("casework", "0006_meetings_as_papers")]

    operations = [
        migrations.AddField(
            model_name="openstep",
            name="bureau",
            field=models.CharField(blank=True, default="", max_length=40, verbose_name="部门"),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="openstep",
            index=models.Index(condition=~Q(bureau=""), fields=["bureau", "area_code"], name="casework_step_bureau"),
        ),
    ]
