"""The kinds of records, one module per aggregate."""
