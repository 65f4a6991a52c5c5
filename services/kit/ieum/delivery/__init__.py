"""Events between databases and Kafka: none lost, each applied once, in order.

A *stream* is all events of one (peer, family, key). *Said* is what this agency committed to a stream, *heard*
what it took in from one, both numbered from 1; Kafka may deliver one event twice. The *ledger* stores every
event said and heard. A *notice* tells a peer about delivery itself and has no number. The *disposition* of a
record that cannot be applied follows from its reason code: quarantined, refused, parked or dropped. An event
in the ledger has a *fate*: applied, refused or skipped.
May import ieum_contracts, ieum.observe, .settings and .errors; not casework: it calls the `Application` it is
given.
"""
