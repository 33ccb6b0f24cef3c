"""Matching the rows of any file with names, addresses, telephone numbers or dates."""
