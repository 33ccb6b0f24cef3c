"""Rules about technicians and shifts."""

from collections.abc import Iterable

from dispatch.planning.findings import Code, Finding, Severity
from dispatch.planning.linter.subject import Subject, warning


def left_out_shifts(one: Subject) -> Iterable[Finding]:
    """Shifts that cannot be planned, or not wholly: without a place, overlapping, covered or split by absences."""
    return one.day.crew.findings


def no_shift(one: Subject) -> Iterable[Finding]:
    """Nobody works on the day at all; or somebody active has neither a shift nor an absence."""
    rows = one.day.rows
    if not one.duties:
        yield Finding(
            code=Code.NO_SHIFT,
            severity=Severity.ERROR,
            entity="territory",
            entity_id=rows.territory.id,
            message=f"Nobody in {rows.territory.name} has a shift on {rows.horizon.local_date} that can be planned.",
            blocks="nothing can be planned on this day",
            remedy="enter shifts for the day",
        )
        return
    known = {shift.technician_id for shift in rows.shifts} | set(rows.absences)
    for technician in rows.technicians.values():
        if technician.active and technician.id not in known:
            yield warning(
                Code.NO_SHIFT,
                "technician",
                technician,
                f"{technician.name} ({technician.code}) has neither a shift nor an absence on this day.",
                "nothing is planned for the technician",
                "enter a shift or an absence, or make the technician inactive",
            )


def certificate_expired(one: Subject) -> Iterable[Finding]:
    """Somebody on duty has a skill on paper that a visit of the day needs, but the certificate is over."""
    rows = one.day.rows
    needed = {skill for visit in one.waiting for skill in one.wanted_skills(visit)}
    for technician in {duty.technician.id: duty.technician for duty in one.duties}.values():
        for certificate in rows.certificates.get(technician.id, ()):
            if certificate.skill in needed and not certificate.holds_on(rows.horizon.local_date):
                yield warning(
                    Code.CERTIFICATE_EXPIRED,
                    "technician",
                    technician,
                    f"The certificate of {technician.name} ({technician.code}) for {certificate.skill} ended on "
                    f"{certificate.expires_on}.",
                    f"the technician gets no visit that needs {certificate.skill}",
                    "renew the certificate and enter its new end",
                )


def no_costs(one: Subject) -> Iterable[Finding]:
    """Somebody on duty costs nothing, so no plan spares their time or travel."""
    for technician in {duty.technician.id: duty.technician for duty in one.duties}.values():
        rates = technician.cost_per_travel_hour, technician.cost_per_duty_hour, technician.cost_per_km
        if not any(rates):
            yield warning(
                Code.NO_COSTS,
                "technician",
                technician,
                f"{technician.name} ({technician.code}) has no cost per hour or kilometre.",
                "plans do not spare the technician's time and travel",
                "enter what an hour of the technician costs",
            )
