"""Routes for operators: streams, sources, quarantine and health; no client details."""
