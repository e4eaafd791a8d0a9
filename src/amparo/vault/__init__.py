"""Keep what must not be read by accident.

A personal field is a `VaultField`. Loading a row never shows its content: the attribute is a `Sealed`, which prints as dots everywhere.
Only `queries.open_many` opens, for a `Reading`, and only `access.actions.begin_reading` makes one, after it has written who reads whom and why.
"""
