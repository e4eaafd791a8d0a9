"""Give pages what evidence has to show: the entry of the menu, charts, and lists."""

from amparo.evidence.panels.figures import figures_navigation

__all__ = ["figures_navigation"]
