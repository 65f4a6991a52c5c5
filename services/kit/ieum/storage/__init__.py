"""The agency's database: its schema, and the rows of referrals, cases and the catalogue.

Delivery keeps the statements of its own tables. May import: delivery, casework and what stands below them.
"""
