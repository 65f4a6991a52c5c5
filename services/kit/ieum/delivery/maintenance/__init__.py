"""Periodic jobs of the leading process: retry, ask again, report heads, clear what is old.

`schedule` says which job runs when; the other files are the jobs that belong to no other room. May import
every room of delivery except catalogue.
"""
