"""The vault as Django knows it."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """Register the rows of the keyring."""

    name = "amparo.vault"
    default_auto_field = "django.db.models.BigAutoField"
