"""Tell Django about the app."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """Snapshots of coded facts, and the tables counted from them."""

    name = "amparo.evidence"
    label = "evidence"
    default_auto_field = "django.db.models.BigAutoField"
