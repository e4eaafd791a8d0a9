"""Answer for the pages of figures, of snapshots and of studies."""
