"""The pages of cases: load, one action, one answer."""
