"""Decides what somebody who is signed in may see and do: permissions, roles, scopes and grants."""
