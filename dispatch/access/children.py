"""Rows that are reached exactly when the row they hang on is."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, Select

from db import models as m
from db.base import Base

Ids = Callable[[], Select[int]]


def child_rules(*, visits: Ids, technicians: Ids, shifts: Ids, routes: Ids) -> dict[type[Base], ColumnElement[bool]]:
    """The conditions on what hangs on visits, technicians, shifts and routes; each call selects their ids afresh."""
    return {
        m.VisitWindow: m.VisitWindow.visit_id.in_(visits()),
        m.VisitSkill: m.VisitSkill.visit_id.in_(visits()),
        m.VisitPart: m.VisitPart.visit_id.in_(visits()),
        m.VisitTechnician: m.VisitTechnician.visit_id.in_(visits()),
        m.TechnicianSkill: m.TechnicianSkill.technician_id.in_(technicians()),
        m.VanStock: m.VanStock.technician_id.in_(technicians()),
        m.Shift: m.Shift.technician_id.in_(technicians()),
        m.Absence: m.Absence.technician_id.in_(technicians()),
        m.ShiftBreak: m.ShiftBreak.shift_id.in_(shifts()),
        m.Stop: m.Stop.route_id.in_(routes()),
    }
