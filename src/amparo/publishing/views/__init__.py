"""Answer for the pages of the release desk."""
