"""Put the pieces together: settings, addresses, the embedded database. The only place that sees every app."""
