"""Answer for the pages of signing in, of one's own account and of an organisation's people."""

from amparo.access.views.own import locked_out

__all__ = ["locked_out"]  # called by the library that counts attempts
