"""What the leading process does at intervals: wake, ask again, tell heads, clear what is old."""
