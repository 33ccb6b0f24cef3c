"""Pages that are rendered here and work without JavaScript: a day as a timeline and a map, and signing in."""
