"""What we said we would do by when, to whom: an append-only ledger, and what became of it."""
