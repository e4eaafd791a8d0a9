"""Remember who did and who read what.

Rows are appended, never changed: the database refuses UPDATE, DELETE and TRUNCATE. They hold ids and coded labels,
no personal text, and no foreign keys, so that they outlive what they speak of.
"""
