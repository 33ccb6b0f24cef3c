"""What is known already, and only the questions that nobody has answered."""
