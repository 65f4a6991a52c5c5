"""What a Kafka record has to prove before it is heard: envelope, place and body.

A record's *place* is its source, recipient, family, key and number. A record without a verified place changes
no stream; one with a wrong body is refused or parked at its place. May import: streams.
"""
