"""Pairs of tickets about which a person is asked."""
