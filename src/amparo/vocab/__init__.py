"""Pure value types and code lists that every app speaks; knows nothing of Django or of storage."""
