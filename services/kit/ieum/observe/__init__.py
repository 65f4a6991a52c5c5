"""Logs and metrics, and the words in which commands show codes.

May import: ieum.settings, ieum.errors.
"""
