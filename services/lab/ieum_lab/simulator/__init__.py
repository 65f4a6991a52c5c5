"""Plays the agencies' own systems over their HTTP APIs: ten stories, and a stream of random referrals."""
