"""After a loss or a restore from backup: compare with Kafka and peers, ask again.

*Heads* are the last numbers said and heard on a stream. May import: streams, blocked, notices.
"""
