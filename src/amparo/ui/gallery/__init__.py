"""What the gallery shows: each component with its states, and whole pages of the four kinds. Nobody in it is real."""

from amparo.ui.gallery.examples import EXAMPLES, example_context
from amparo.ui.gallery.showcase import components

__all__ = ["EXAMPLES", "components", "example_context"]
