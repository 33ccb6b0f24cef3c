"""What of a day's duty time is kept for emergencies until the day before."""

from datetime import date, timedelta

from dispatch.appointments.offering.day_books import DayBook


def eats_reserve(day: DayBook, percent: int, seconds: int, today: date) -> str | None:
    """Why the day has no room for so much more of a technician's time; None: it has, or the reserve is free by now.

    Booked is the time from leaving to return of each route of the plan, of the time that is on duty, overtime apart.
    """
    if day.horizon.local_date <= today + timedelta(days=1):
        return None
    room = day.duty_seconds
    booked = sum(route.return_ - route.depart for route in day.routes.values())
    if booked + seconds <= room * (100 - percent) / 100:
        return None
    share = 100 * booked / room if room else 100
    return f"{share:.0f} % of the day is booked, and {percent} % are kept for emergencies until the day before"
