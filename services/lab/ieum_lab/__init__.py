"""For trying and testing: the embedded stack, the simulator and fixtures; no part of an agency's image."""
