"""Answer for the pages of signing in, of one's own account and of an organisation's people."""
