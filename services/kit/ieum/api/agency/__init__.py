"""Routes for the agency's own systems: referrals, decisions, asks, cases, programmes, events.

A POST becomes a `Command` of ieum.application. May import: the API's other folders except operators, the
application and what stands below it.
"""
