"""Ruin and recreate over arrays, compiled: what makes a plan good."""
