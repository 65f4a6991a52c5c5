"""Streams, ledger, peers and positions, and the statement that writes them.

Every other room of delivery stands on this one. May import: ieum_contracts, ieum.errors.
"""
