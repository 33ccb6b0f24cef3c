"""What is offered to a customer: windows that the plans can keep, each with its cost and how surely it is kept."""
