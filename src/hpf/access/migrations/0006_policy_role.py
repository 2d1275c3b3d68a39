"""The role 政策管理."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0005_staff"),
    ]

    operations = [
        migrations.AlterField(
            model_name="staffrole",
            name="role",
            field=models.CharField(
                choices=[
                    ("teller", "柜员"),
                    ("reviewer", "审核"),
                    ("accountant", "会计"),
                    ("batch", "批处理操作员"),
                    ("admin", "系统管理员"),
                    ("policy", "政策管理"),
                    ("auditor", "稽核"),
                ],
                max_length=20,
            ),
        ),
    ]
