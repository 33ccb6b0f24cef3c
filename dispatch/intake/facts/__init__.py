"""A ticket's facts, and a work order as its tickets tell it."""
