"""The agency's database: its schema, and the rows of referrals, cases, the catalogue and stored answers.

Delivery keeps the statements of its own tables. May import: delivery, casework and what stands below them.
"""
