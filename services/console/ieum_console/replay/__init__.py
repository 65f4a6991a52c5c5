"""What was, played again: a referral as both agencies saw it at every moment; a day without one agency.

Pure functions of recorded headers. May import: the contracts; of the kit casework, and what agencies declare;
of the console silence for business hours, and the values of its projection.
"""
