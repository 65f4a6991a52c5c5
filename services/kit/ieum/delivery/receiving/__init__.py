"""From Kafka to the database: a batch is loaded, folded and written in one transaction.

Offsets are committed to Kafka after the transaction; the table `position` decides what was taken in. May
import: streams, records, blocked, notices, recovering, sending.
"""
