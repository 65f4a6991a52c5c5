"""HTTP itself: the server and its limits, request bodies, responses, idempotency.

Knows no route. May import: problems, ieum.storage, ieum.delivery.
"""
