"""Skills, technicians, shifts and absences."""

from typing import Final

from fastapi import APIRouter

from api.keeping import Keeping
from api.schemas.technicians import (
    AbsenceCreate,
    AbsenceEdit,
    AbsenceOut,
    AbsenceQuery,
    ShiftCreate,
    ShiftEdit,
    ShiftOut,
    ShiftQuery,
    SkillCreate,
    SkillEdit,
    SkillOut,
    SkillQuery,
    TechnicianCreate,
    TechnicianEdit,
    TechnicianOut,
    TechnicianQuery,
)
from dispatch.planning import stakes
from dispatch.records.catalogue.technicians import ABSENCES, SHIFTS, SKILLS, TECHNICIANS

routers: Final[tuple[APIRouter, ...]] = (
    Keeping(
        noun=SKILLS,
        path="skills",
        one="skill",
        many="skills",
        out=SkillOut,
        query=SkillQuery,
        create=SkillCreate,
        edit=SkillEdit,
        deletes=True,
    ).router(),
    Keeping(
        noun=TECHNICIANS,
        path="technicians",
        one="technician",
        many="technicians",
        out=TechnicianOut,
        query=TechnicianQuery,
        create=TechnicianCreate,
        edit=TechnicianEdit,
    ).router(),
    Keeping(
        noun=SHIFTS,
        path="shifts",
        one="shift",
        many="shifts",
        out=ShiftOut,
        query=ShiftQuery,
        create=ShiftCreate,
        edit=ShiftEdit,
        deletes=True,
        stakes=lambda ask, shift: stakes.of_shift(ask.session, shift),
    ).router(),
    Keeping(
        noun=ABSENCES,
        path="absences",
        one="absence",
        many="absences",
        out=AbsenceOut,
        query=AbsenceQuery,
        create=AbsenceCreate,
        edit=AbsenceEdit,
        deletes=True,
        stakes=lambda ask, absence: stakes.of_absence(ask.session, absence),
    ).router(),
)
