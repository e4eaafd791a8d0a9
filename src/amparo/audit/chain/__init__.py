"""The chain on the log: sealing it in epochs, making heads, sending them out, and verifying. It stands beside Django, for the worker and the commands."""
