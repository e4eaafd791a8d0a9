"""Make a training caseload: one fictional State, thirteen organisations, invented persons. Never a real person.

`persons` is pure: it draws cases from tables of marginals. `caseload` writes them through the same actions as a user does.
"""
