"""How long visits really take: learnt from those that were completed, told to the planner."""
