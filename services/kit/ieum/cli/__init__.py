"""The `ieum` command: data on stdout, progress on stderr, and an exit code that says what happened."""
