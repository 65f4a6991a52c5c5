"""What is published to be read and replayed: the examples, one story, and transcripts of conversations."""
