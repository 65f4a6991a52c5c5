"""What tests of the kit and of anybody's agency share: a real Kafka and PostgreSQL, and a centre per test."""
