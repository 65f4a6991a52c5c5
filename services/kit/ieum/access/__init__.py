"""Who may come in: tokens, roles, rate limits, elevation, and the log of who looked at what.

May import: storage, delivery, settings, errors and the contracts. It knows no route's code, only its path.
"""
