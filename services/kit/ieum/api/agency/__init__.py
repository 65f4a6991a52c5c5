"""Routes for the agency's own systems: referrals, decisions, asks, cases, events."""
