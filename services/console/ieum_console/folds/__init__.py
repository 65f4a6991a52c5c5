"""One referral as its events tell of it: state, clocks and whose move it is, by pure functions.

The projector folds what it reads, and pages what they play again. May import: the contracts, and of the kit
casework.
"""
