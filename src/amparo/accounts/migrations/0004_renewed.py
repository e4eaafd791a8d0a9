from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_two_people"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="renewed_at",
            field=models.DateTimeField(null=True),
        ),
    ]
