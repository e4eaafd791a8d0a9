"""Knows who may sign in, the organisations they belong to and in which role they work there."""
