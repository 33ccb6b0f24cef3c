"""Timing of one route, exact in its cost: departure, breaks, warehouse stops and the start of every service."""
