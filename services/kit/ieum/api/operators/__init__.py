"""Routes for operators: streams, sources, quarantine, health; codes only, no client details.

May import: the API's other folders except agency, and ieum.delivery.
"""
