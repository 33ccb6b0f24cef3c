"""Local time, and the change of a zone's rules."""
