"""What takes too long for every change: `python -m tests.long NAME`."""
