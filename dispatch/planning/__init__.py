"""From work orders to a published plan: the day as the optimiser sees it, runs, proposals, the current plan, the linter."""
