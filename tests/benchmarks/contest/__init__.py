"""Solvers raced on the same problems, each in a process of its own; their plans judged by our referee."""
