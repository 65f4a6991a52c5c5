"""Notices: what agencies tell each other about delivery itself.

A peer hears that its event was refused, skipped or waits, which numbers are missing, and how far streams have
come. A notice has no number, and a lost one may be repeated. May import: streams.
"""
