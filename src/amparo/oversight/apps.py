"""Tell Django about the app."""

from django.apps import AppConfig


class OversightConfig(AppConfig):
    """Readings to explain, alerts, and the pages about the log."""

    name = "amparo.oversight"
    label = "oversight"
    default_auto_field = "django.db.models.BigAutoField"
