"""Fixtures for tests of the kit and of any agency: real Kafka and PostgreSQL, a centre per test.

Also the checker that compares agencies' ledgers with what was done. May import: simulator, embedded.
"""
