"""From Kafka to the database: one batch is loaded, folded and written in one transaction."""
