"""What operators write down for each other and for themselves; nothing of it is said to any agency.

May import: asyncpg alone. A rebuild of the projection leaves it as it is.
"""
