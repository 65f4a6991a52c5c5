"""Events between databases and Kafka: nothing lost, once, in order. Knows no referral."""
