"""What each role may do with each kind of row. What is not written here is denied, reading too.

Which rows of a kind a role reaches is said in `territory_rules` and `technician_rules`.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from db import models as m
from db.base import Base
from db.models import Role
from dispatch.access.viewer import Viewer
from dispatch.errors import Forbidden


class Action(StrEnum):
    """What can be done with a row."""

    READ = "read"
    CREATE = "create"
    EDIT = "edit"
    DELETE = "delete"


Grants = Mapping[Role, frozenset[Action]]

_LETTERS: Final = {"r": Action.READ, "c": Action.CREATE, "e": Action.EDIT, "d": Action.DELETE}


def _grants(
    *, administrator: str = "", scheduler: str = "", call_taker: str = "", technician: str = "", integrator: str = ""
) -> Grants:
    said = {
        Role.ADMINISTRATOR: administrator,
        Role.SCHEDULER: scheduler,
        Role.CALL_TAKER: call_taker,
        Role.TECHNICIAN: technician,
        Role.INTEGRATOR: integrator,
    }
    return {role: frozenset(_LETTERS[letter] for letter in letters) for role, letters in said.items()}


_CATALOGUE: Final = _grants(administrator="rced", scheduler="r", call_taker="r", technician="r", integrator="r")
_OFFICE: Final = _grants(administrator="rced", scheduler="rced", call_taker="r")
_PLANNED: Final = _grants(administrator="rced", scheduler="rced", call_taker="r", technician="r")
_WORK: Final = _grants(administrator="rce", scheduler="rce", call_taker="rce", technician="r")
_NEEDED: Final = _grants(administrator="rced", scheduler="rced", call_taker="rced", technician="r")
_NEEDED_OF_TICKETS: Final = _grants(administrator="rced", scheduler="rced", call_taker="rced")
_TALK: Final = _grants(administrator="r", scheduler="r", call_taker="r")
_OWN: Final = _grants(administrator="rced", scheduler="r", call_taker="r", technician="r", integrator="r")
_OPERATIONS: Final = _grants(administrator="r")

PERMISSIONS: Final[Mapping[type[Base], Grants]] = {
    # parties and places
    m.Organisation: _grants(administrator="rced", scheduler="rced", call_taker="rce", technician="r", integrator="rce"),
    m.Contact: _grants(administrator="rced", scheduler="rced", call_taker="rce", technician="r", integrator="c"),
    m.Site: _grants(administrator="rced", scheduler="rced", call_taker="rce", technician="r", integrator="rce"),
    m.SiteContact: _grants(administrator="rced", scheduler="rced", call_taker="rced", technician="r"),
    m.Equipment: _grants(administrator="rced", scheduler="rced", call_taker="rce", technician="r", integrator="rce"),
    m.Contract: _OFFICE,
    m.ContractHours: _OFFICE,
    m.ContractEquipment: _OFFICE,
    m.InspectionDue: _OFFICE,
    m.Territory: _CATALOGUE,
    # what was reported, and the work it leads to
    m.Ticket: _grants(administrator="rce", scheduler="rce", call_taker="rce", integrator="rce"),
    m.TicketMembership: _TALK,
    m.Conversation: _TALK,
    m.Message: _grants(administrator="rc", scheduler="rc", call_taker="rc"),
    m.Attachment: _grants(administrator="r", scheduler="r", call_taker="r", technician="r"),
    m.Inbound: _grants(administrator="rce", scheduler="re", integrator="c"),
    m.Consent: _OPERATIONS,
    m.Fact: _grants(administrator="rc", scheduler="rc", call_taker="rc"),
    m.Party: _NEEDED_OF_TICKETS,
    m.MatchPair: _grants(administrator="re", scheduler="re", call_taker="re"),
    m.Merge: _grants(administrator="rc", scheduler="rc", call_taker="rc"),
    m.Call: _grants(administrator="rce", scheduler="rce", call_taker="rce"),
    m.CallEvent: _grants(administrator="rc", scheduler="rc", call_taker="rc"),
    m.Article: _grants(administrator="rced", scheduler="rce", call_taker="rce", technician="r"),
    m.WorkType: _CATALOGUE,
    m.WorkTypeSkill: _CATALOGUE,
    m.WorkTypePart: _CATALOGUE,
    m.WorkOrder: _WORK,
    m.ClockPause: _grants(administrator="rced", scheduler="rced", call_taker="rced"),
    m.Visit: _WORK,
    m.VisitWindow: _NEEDED,
    m.VisitSkill: _NEEDED,
    m.VisitPart: _NEEDED,
    m.VisitTechnician: _grants(administrator="rced", scheduler="rced", call_taker="rced"),
    m.VisitLink: _NEEDED,
    # what customers were offered, and what they were promised
    m.Appointment: _grants(administrator="rce", scheduler="rce", call_taker="rce", technician="r"),
    m.AppointmentVisit: _grants(administrator="rce", scheduler="rce", call_taker="rce", technician="r"),
    m.CustomerLink: _grants(administrator="rce", scheduler="rce", call_taker="rce"),
    m.SlotPolicy: _OFFICE,
    m.Promise: _grants(administrator="rc", scheduler="rc", call_taker="rc"),
    m.PromiseEvent: _grants(administrator="rc", scheduler="rc", call_taker="rc"),
    m.ServiceStandard: _OFFICE,
    m.WebhookEndpoint: _grants(administrator="rced"),
    # who does it, and when
    m.Skill: _CATALOGUE,
    m.Technician: _grants(administrator="rce", scheduler="rce", call_taker="r", technician="r"),
    m.TechnicianSkill: _PLANNED,
    m.Shift: _PLANNED,
    m.ShiftBreak: _PLANNED,
    m.Absence: _grants(administrator="rced", scheduler="rced", technician="r"),
    # parts
    m.Part: _CATALOGUE,
    m.PartSubstitute: _CATALOGUE,
    m.Warehouse: _grants(administrator="rced", scheduler="rced", call_taker="r", technician="r"),
    m.WarehouseStock: _PLANNED,
    m.VanStock: _PLANNED,
    m.StockMovement: _grants(administrator="rc", scheduler="rc", technician="r"),
    # plans
    m.PlanningRun: _grants(administrator="rce", scheduler="rce"),
    m.Proposal: _grants(administrator="rce", scheduler="rce"),
    m.Plan: _grants(administrator="rce", scheduler="rce", call_taker="r", technician="r"),
    m.Route: _PLANNED,
    m.Stop: _PLANNED,
    m.DurationModel: _grants(administrator="r", scheduler="r"),
    # users: everybody knows themselves
    m.User: _grants(administrator="rce", scheduler="r", call_taker="r", technician="r", integrator="r"),
    m.UserTerritory: _OWN,
    m.Device: _grants(administrator="rced", scheduler="rced", call_taker="rced", technician="rced", integrator="rced"),
    m.AccessToken: _grants(administrator="rcd", scheduler="rcd", call_taker="rcd", technician="rcd", integrator="rcd"),
    # the system's own doings
    m.OutboxMessage: _OPERATIONS,
    m.Job: _OPERATIONS,
    m.AuditEntry: _OPERATIONS,
}
"""SignIn, FailedSignIn, IdempotencyRecord, NumberSeries and what matching compares by are absent on purpose: only the
system touches them."""


def may(viewer: Viewer, action: Action, entity: type[Base]) -> bool:
    """Whether the viewer's role may do this with some rows of this kind."""
    if viewer.role is None:
        return True
    return action in PERMISSIONS.get(entity, {}).get(viewer.role, frozenset())


def require(viewer: Viewer, action: Action, entity: type[Base]) -> None:
    """Nothing, when the viewer's role may do this.

    Raises Forbidden when not.
    """
    if not may(viewer, action, entity):
        role = "nobody" if viewer.role is None else viewer.role.value.replace("_", " ")
        msg = f"The role {role} may not {action.value} {spoken(entity)}; ask an administrator for another role."
        raise Forbidden(msg)


def spoken(entity: type[Base]) -> str:
    """The name of a kind of row as people say it: WorkOrder → "work order"."""
    return str(entity.__tablename__).replace("_", " ")
