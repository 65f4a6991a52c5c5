"""After a loss or a restore: heads, comparison with the peers, and asking again."""
