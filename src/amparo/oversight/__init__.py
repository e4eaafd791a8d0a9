"""Watch over reading: what everybody opened themselves, readings to explain, alerts, and that the log is whole."""
