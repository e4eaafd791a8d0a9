"""Take in what comes from outside, and give it back out in the same form.

**Batch**: one workbook that somebody sent in, from the first check until its rows are cases, or until it is undone.
**Proposal**: a row whose person has the same names and the same full date of birth as another; a person decides.
"""
