"""The operators' console: a projection of every hand-over, filled from event headers alone, and its pages.

May import: the contracts, and of the kit casework, centre, storage, observe, delivery's connection arguments,
settings, errors and garbage collection. Nothing imports the console.
"""
