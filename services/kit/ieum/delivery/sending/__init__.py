"""From the outbox to Kafka: number, lead, send, delete what was acknowledged."""
