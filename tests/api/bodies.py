"""Bodies of new records that refer to rows of one side of the world."""

import itertools
from collections.abc import Callable
from typing import Any, Final

from db import models as m
from db.models import Role
from tests.builders.world import Side, World

_SERIAL: Final = itertools.count(1)


def _code() -> str:
    return f"N{next(_SERIAL)}"


def _email() -> str:
    return f"n{next(_SERIAL)}@example.com"


def _shift(technician_id: int) -> dict[str, Any]:
    year = 2030 + next(_SERIAL) % 150
    return {
        "technician_id": technician_id,
        "starts_at": f"{year}-04-01T08:00:00Z",
        "ends_at": f"{year}-04-01T16:00:00Z",
    }


Body = dict[str, Any]

BODIES: Final[dict[str, Callable[[Side, World], Body]]] = {
    "tokens": lambda side, _: {"name": "x", "user_id": side[m.User]},
    "users": lambda _, world: {"name": "x", "email": _email(), "role": "integrator"},
    "devices": lambda side, _: {"name": "x", "user_id": side[m.User]},
    "territories": lambda *_: {
        "code": _code(),
        "name": "x",
        "time_zone": "Europe/Paris",
        "country": "FR",
        "currency": "EUR",
    },
    "organisations": lambda *_: {"name": "x", "kind": "owner"},
    "contacts": lambda side, _: {"organisation_id": side[m.Organisation], "name": "x", "function": "x"},
    "sites": lambda side, _: {
        "organisation_id": side[m.Organisation],
        "territory_id": side[m.Territory],
        "name": "x",
        "street": "x",
        "house_number": "1",
        "city": "x",
        "country": "CL",
    },
    "calls": lambda *_: {"phone": "+56 51 255 0100"},
    "articles": lambda *_: {"title": "x", "symptom": "x", "remedy": "x"},
    "inbound": lambda *_: {"id": _code(), "body": "The lift is stuck", "sender": {"email": _email()}},
    "equipment": lambda side, _: {
        "site_id": side[m.Site],
        "kind": "lift",
        "model": "x",
        "serial": _code(),
        "label_code": _code(),
    },
    "contracts": lambda side, _: {
        "organisation_id": side[m.Organisation],
        "name": "x",
        "starts_on": "2026-01-01",
        "covered": [{"equipment_id": side[m.Equipment]}],
    },
    "tickets": lambda side, _: {"channel": "email", "subject": "x", "site_id": side[m.Site]},
    "work-types": lambda *_: {"code": _code(), "name": "x", "duration_seconds": 60},
    "work-orders": lambda side, world: {
        "work_type_id": world.common[m.WorkType],
        "site_id": side[m.Site],
        "summary": "x",
    },
    "service-standards": lambda side, _: {"kind": "callback", "contract_id": side[m.Contract], "within_minutes": 60},
    "slot-policies": lambda side, _: {"territory_id": side[m.Territory]},
    "webhooks": lambda *_: {"url": "https://portal.example/hook"},
    "visits": lambda side, _: {"work_order_id": side[m.WorkOrder]},
    "skills": lambda *_: {"code": _code(), "name": "x"},
    "technicians": lambda side, _: {"code": _code(), "name": "x", "territory_id": side[m.Territory]},
    "shifts": lambda side, _: _shift(side[m.Technician]),
    "absences": lambda side, _: {
        "technician_id": side[m.Technician],
        "kind": "holiday",
        "starts_at": "2026-04-01T08:00:00Z",
        "ends_at": "2026-04-02T08:00:00Z",
    },
    "parts": lambda *_: {"number": _code(), "name": "x"},
    "van-stock": lambda side, world: {
        "technician_id": side[m.Technician],
        "part_id": world.common[m.PartSubstitute] + 1,
    },
    "warehouses": lambda side, _: {
        "code": _code(),
        "name": "x",
        "territory_id": side[m.Territory],
        "latitude": 1.0,
        "longitude": 1.0,
    },
    "planning-runs": lambda side, _: {"territory_id": side[m.Territory], "local_date": "2026-03-02", "iterations": 1},
    "plans": lambda side, _: {"territory_id": side[m.Territory], "local_date": "2026-03-02"},
    "stock-movements": lambda side, world: {
        "part_id": world.common[m.Part],
        "quantity": 1,
        "kind": "transfer",
        "from_warehouse_id": side[m.Warehouse],
        "to_technician_id": side[m.Technician],
    },
}

ACTS: Final[dict[str, Callable[[Side, World, Role], Body]]] = {
    "facts": lambda *_: {"field": "symptom", "value": f"x {_code()}"},
    "solve": lambda _, world, __: {"article_id": world.common[m.Article]},
    "reply": lambda *_: {"body": "x"},
    "told": lambda *_: {},
    "retry": lambda *_: {},
    "merge": lambda side, *_: {"ticket_ids": [side[m.Ticket]]},
    "split": lambda side, *_: {"ticket_ids": [side[m.Ticket]]},
    "move": lambda side, *_: {"ticket_ids": [side[m.Ticket]], "to_work_order_id": side[m.WorkOrder]},
    "notes": lambda *_: {"notes": "x"},
    "ticket": lambda *_: {"words": f"x {_code()}"},
    "links": lambda side, *_: {"contact_id": side[m.Contact]},
    "invitations": lambda side, *_: {"contact_id": side[m.Contact]},
    "decider": lambda side, *_: {"contact_id": side[m.Contact]},
    "calendar": lambda *_: {},
    "callback": lambda *_: {"due_at": "2030-01-01T12:00:00Z"},
    "called-back": lambda *_: {},
    "hold": lambda *_: {},
    "holds": lambda *_: {"opens_at": "2026-03-05T12:00:00Z", "closes_at": "2026-03-05T14:00:00Z"},
    "appointments": lambda *_: {"opens_at": "2026-03-05T12:00:00Z", "closes_at": "2026-03-05T14:00:00Z"},
    "change": lambda *_: {"opens_at": "2026-03-05T12:00:00Z", "closes_at": "2026-03-05T14:00:00Z"},
    "cancel": lambda *_: {"why": "x", "by_customer": True},
    "confirm": lambda *_: {},
    "release": lambda *_: {},
    "kept": lambda *_: {},
    "promises": lambda *_: {"kind": "callback", "local_date": "2030-01-01", "local_by": "12:00"},
    "transfer": lambda _, world, role: {
        "to_user_id": world.users["scheduler" if role is Role.ADMINISTRATOR else "administrator"]
    },
}
"""Bodies of what is done to a record, by the last part of the address."""
