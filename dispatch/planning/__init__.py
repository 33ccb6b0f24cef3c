"""From work orders to a published plan: the day as the optimiser sees it, linter, runs, proposals, current plans."""
