"""From the outbox to Kafka: number, lead, send, delete what was acknowledged.

One process of an agency leads: it holds an advisory lock, sends, and numbers the feed. Every process may
write to the outbox. May import: streams, records, and the held sources of blocked.
"""
