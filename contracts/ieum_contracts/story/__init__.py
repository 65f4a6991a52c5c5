"""What is published to be read and replayed: the examples, one story, and transcripts of conversations.

May import every room of the contracts except generate, which writes all of them down.
"""
