"""Windows held, confirmed, changed and given up, each in one transaction with the plan."""
