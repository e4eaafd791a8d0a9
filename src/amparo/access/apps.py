"""Tell Django about the app."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """What those people may see and do."""

    name = "amparo.access"
    label = "access"
    default_auto_field = "django.db.models.BigAutoField"
