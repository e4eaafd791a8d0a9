"""Amparo: a country's response to trafficking in persons."""

__version__ = "0.1.0"
