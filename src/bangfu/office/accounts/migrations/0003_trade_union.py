"""The federation of trade unions is a bureau too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_sessions_and_links"),
    ]

    operations = [
        migrations.AlterField(
            model_name="assignment",
            name="bureau",
            field=models.CharField(
                blank=True,
                choices=[
                    ("civil_affairs", "civil_affairs"),
                    ("agriculture", "agriculture"),
                    ("medical_insurance", "medical_insurance"),
                    ("health", "health"),
                    ("education", "education"),
                    ("housing", "housing"),
                    ("water", "water"),
                    ("social_security", "social_security"),
                    ("disabled_federation", "disabled_federation"),
                    ("police", "police"),
                    ("market_regulation", "market_regulation"),
                    ("finance", "finance"),
                    ("transport", "transport"),
                    ("trade_union", "trade_union"),
                ],
                max_length=30,
                verbose_name="部门",
            ),
        ),
    ]
