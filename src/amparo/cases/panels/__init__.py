"""What pages show of a case, as plain values that components print, and what cases offer to the pages of other apps."""

from amparo.cases.panels.home import home_panels, search
from amparo.cases.panels.lost import lost_panels
from amparo.cases.panels.navigation import navigation
from amparo.cases.panels.unit import messages_navigation

__all__ = ["home_panels", "lost_panels", "messages_navigation", "navigation", "search"]
