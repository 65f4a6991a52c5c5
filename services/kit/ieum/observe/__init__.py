"""What a service shows of itself: log lines, measures, health."""
