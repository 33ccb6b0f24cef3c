"""Triage: what work a ticket probably leads to, and whether somebody is in danger.

from dispatch.intake.triage import is_emergency, propose
"""

from dispatch.intake.triage.emergency import is_emergency
from dispatch.intake.triage.proposal import NeededPart, NeededSkill, TriageProposal
from dispatch.intake.triage.proposing import propose

__all__ = ["NeededPart", "NeededSkill", "TriageProposal", "is_emergency", "propose"]
