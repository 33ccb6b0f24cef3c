"""One territory-day as the optimiser sees it: who works, what is to be done, on which roads, at what price."""
