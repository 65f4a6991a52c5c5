"""Plays the agencies' own systems over HTTP: stories, and a stream of random referrals.

A client of the API like any other. May import: embedded.
"""
