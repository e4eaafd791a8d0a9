"""How the documentation is built: `make docs`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

from amparo import __version__

project = "Amparo"
project_copyright = "the authors of Amparo; EUPL-1.2"
version = release = __version__

extensions = ["myst_parser"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
nitpicky = True
suppress_warnings = ["misc.highlighting_failure"]  # a command over several lines is shown plainly

html_theme = "furo"
html_title = f"Amparo {release}"
html_show_sourcelink = False

# Translations of the documentation, when there are some: docs/locale/<language>/LC_MESSAGES.
locale_dirs = ["locale"]
gettext_compact = False
