"""A whole centre on one machine: a real Kafka and a real PostgreSQL from packages, and the services."""
