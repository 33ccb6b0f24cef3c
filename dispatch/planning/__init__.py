"""From work orders to a published plan.

day/       one territory-day as the optimiser sees it: rows -> Problem
linter/    silent misconfigurations, found before solving
runs/      planning runs: stored input -> Proposal
change/    the one act by which a plan changes, and what it rests on
proposals, edit, publish    what people do with a plan
plans, views, summary, geojson    what they see of it
"""
