"""HTTP itself: the server, its limits, bodies, responses and idempotency."""
