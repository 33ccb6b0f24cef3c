"""From what several parties report over several channels to one work order, and back."""
