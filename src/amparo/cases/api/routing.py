"""The one router of cases: operations on the same address are told apart by their method in the same router only."""

from ninja import Router

router = Router(tags=["cases"])
