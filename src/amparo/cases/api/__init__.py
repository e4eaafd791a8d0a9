"""The API of cases: the same queries and actions as the pages."""

from amparo.cases.api import changing, files, lists, moving, papers, searching
from amparo.cases.api.refusals import REFUSALS
from amparo.cases.api.routing import router

__all__ = ["REFUSALS", "changing", "files", "lists", "moving", "papers", "router", "searching"]
