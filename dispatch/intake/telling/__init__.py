"""What parties are told, in their thread and language."""
