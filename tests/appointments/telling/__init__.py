"""What customers are told about their appointments."""
