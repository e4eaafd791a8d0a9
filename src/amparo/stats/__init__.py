"""The science of Amparo: pure Python on numbers and tables, importable without the platform.

Each part is a package of its own and is imported by its name, so that nobody waits for a part they do not use:

- :mod:`amparo.stats.disclosure` counts records into tables and makes a table safe to publish.

A method takes data and keyword arguments, and returns a frozen result that says how it was reached. Nothing here
knows of users, databases of the platform, or the clock.
"""

__all__: list[str] = []
