"""An insertion heuristic of our own: a first plan at any size, and room made for visits left out."""
