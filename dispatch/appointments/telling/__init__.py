"""What customers are told about their appointments, before anything slips."""
