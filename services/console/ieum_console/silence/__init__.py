"""The silence detector: who has not answered for longer than is usual, by each edge's own history.

Pure functions, quantiles and no model. May import: the contracts, and of the kit casework.
"""
