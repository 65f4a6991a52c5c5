"""What travels between agencies: addresses, topics, the envelope, the events and the life of a referral."""
