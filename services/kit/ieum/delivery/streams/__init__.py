"""One stream per peer, family and key: counters, ledger and positions, and the statement that writes them."""
