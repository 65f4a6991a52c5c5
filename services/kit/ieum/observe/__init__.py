"""Logs, metrics and traces, and the words in which commands show codes.

May import: the contracts, ieum.settings, ieum.errors.
"""
