"""The pure core: what commands and events do to an agency's referrals and cases; no I/O at all."""
