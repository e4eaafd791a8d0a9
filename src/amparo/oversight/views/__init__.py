"""Answer for the pages that watch over reading."""
