"""Links by which customers come, and what they may see and do there."""
