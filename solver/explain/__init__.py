"""Why visits are left out, and the smallest changes that would let them in."""

from solver.explain.inquiry import WORK, explain

__all__ = ["WORK", "explain"]
