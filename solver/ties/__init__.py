"""Timing of routes that hang together: by links, by rests between shifts; and of routes under speed bands."""
