"""What a Kafka record has to prove before it counts: envelope, place and body."""
