"""What was, played again: one referral as both agencies saw it at every moment.

Pure functions of recorded headers. May import: the contracts; of the kit casework; of the console the
values of its projection.
"""
