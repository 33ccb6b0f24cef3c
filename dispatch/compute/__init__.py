"""Durable jobs, the delivery of outbox messages, and solving in child processes."""
