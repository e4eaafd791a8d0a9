"""Tell Django about the app."""

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    """Releases, their review, and the register."""

    name = "amparo.publishing"
    label = "publishing"
    default_auto_field = "django.db.models.BigAutoField"
