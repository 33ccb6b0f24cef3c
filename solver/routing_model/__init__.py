"""The OR-Tools routing model: every rule of the problem stated in a module of its own, then searched."""
