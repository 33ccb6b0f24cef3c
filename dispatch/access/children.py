"""Rows that are reached exactly when the row they hang on is."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, Select

from db import models as m
from db.base import Base

Ids = Callable[[], Select[int]]
Rules = dict[type[Base], Callable[[], ColumnElement[bool]]]
"""For each kind of row, what makes the condition on it; made when it is needed."""


Reached = Callable[[ColumnElement[int]], ColumnElement[bool]]
"""The condition that a column names a row that is reached."""


def child_rules(*, visit: Reached, technicians: Ids, shifts: Ids, routes: Ids) -> Rules:
    """The conditions on what hangs on visits, technicians, shifts and routes; each call selects their ids afresh."""
    return {
        m.VisitWindow: lambda: visit(m.VisitWindow.__table__.c.visit_id),
        m.VisitSkill: lambda: visit(m.VisitSkill.__table__.c.visit_id),
        m.VisitPart: lambda: visit(m.VisitPart.__table__.c.visit_id),
        m.VisitTechnician: lambda: visit(m.VisitTechnician.__table__.c.visit_id),
        m.VisitLink: lambda: visit(m.VisitLink.__table__.c.visit_id),
        m.AppointmentVisit: lambda: visit(m.AppointmentVisit.__table__.c.visit_id),
        m.TechnicianSkill: lambda: m.TechnicianSkill.technician_id.in_(technicians()),
        m.VanStock: lambda: m.VanStock.technician_id.in_(technicians()),
        m.Shift: lambda: m.Shift.technician_id.in_(technicians()),
        m.Absence: lambda: m.Absence.technician_id.in_(technicians()),
        m.ShiftBreak: lambda: m.ShiftBreak.shift_id.in_(shifts()),
        m.Stop: lambda: m.Stop.route_id.in_(routes()),
    }
