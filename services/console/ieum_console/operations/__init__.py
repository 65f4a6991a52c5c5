"""Retry and skip as operations: frozen, looked at, then done one, two, four … through an agency's own API.

May import: of the kit a pool of connections. Every call carries the token of the operator who acts.
"""
