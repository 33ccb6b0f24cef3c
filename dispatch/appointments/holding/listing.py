"""Appointments as records: listed and read, their access notes left out."""

from typing import Final

from db.models import Appointment, AppointmentVisit
from dispatch.records.nouns import Collection, Noun

APPOINTMENTS: Final = Noun(
    model=Appointment,
    collections=(Collection("visits", AppointmentVisit, "appointment_id", ("visit_id",), kept=False),),
    filters={
        "visit_id": lambda value: Appointment.visits.any(AppointmentVisit.visit_id == value),
    },
)
