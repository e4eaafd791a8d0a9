"""Hold the template tags of access."""
