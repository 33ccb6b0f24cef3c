"""The schemas of intake."""
