"""The commands `ieum demo`, `ieum stack` and `ieum doctor`.

The command line finds them by entry points. May import: simulator, embedded.
"""
