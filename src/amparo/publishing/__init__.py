"""Let numbers out, and remember which: releases, their review by a second person of another unit, and the register of what was let out.

It knows no case, no snapshot and no figure: what is to be let out comes as values that hold only what may be shown.
"""
