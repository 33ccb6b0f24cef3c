"""Links, what customers know, and calendars."""
