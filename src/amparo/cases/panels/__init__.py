"""What pages show of a case, as plain values that components print, and what cases offer to the pages of other apps."""

from amparo.cases.panels.home import home_panels, search
from amparo.cases.panels.navigation import navigation

__all__ = ["home_panels", "navigation", "search"]
