"""The agency's HTTP API: what its own systems and its operators say to the service."""
