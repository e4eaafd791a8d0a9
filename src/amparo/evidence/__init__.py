"""Turn coded facts into figures that harm nobody.

**Snapshot**: the coded facts of one day, copied out of the records and never changed afterwards; every figure names the snapshot it
was counted from. **Figure**: a table with disclosure control, its chart and its downloads. Nothing here can reach an identity: facts
come from the `facts.py` of other apps, which read coded columns only.
"""
