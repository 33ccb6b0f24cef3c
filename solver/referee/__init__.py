"""The referee: every rule and every cost of the problem format, written plainly and sharing no code with the search."""

from solver.referee.costs import cost
from solver.referee.judge import admitted, check, check_route, check_routes, honest
from solver.referee.violation import Rule, Violation

__all__ = ["Rule", "Violation", "admitted", "check", "check_route", "check_routes", "cost", "honest"]
