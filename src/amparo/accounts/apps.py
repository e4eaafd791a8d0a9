"""Tell Django about the app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People who sign in."""

    name = "amparo.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
