"""The Django application of the design system."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Register templates, template tags and static files."""

    name = "amparo.ui"
    label = "ui"
