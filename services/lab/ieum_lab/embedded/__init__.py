"""A whole centre on one machine: Kafka and PostgreSQL from packages, and the agencies' services.

May import no other room of the lab.
"""
