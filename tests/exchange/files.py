"""A small company as files, in the order in which an empty system takes them."""

import csv
from pathlib import Path
from typing import Final

from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.exchange.importing import Outcome, import_table
from dispatch.exchange.kinds import find_kind
from dispatch.exchange.tables import read_table

OPERATOR: Final = Viewer.system("operator")

COMPANY: Final[dict[str, list[dict[str, str]]]] = {
    "territories": [
        {"code": "LS", "name": "La Serena", "time_zone": "America/Santiago", "country": "CL", "currency": "CLP"}
    ],
    "organisations": [
        {"number": "C-1", "name": "Hotel Faro", "kind": "owner", "email": "faro@example.com", "phone": "+56 51 200"},
        {"number": "M-1", "name": "Schindel, Lda.", "kind": "manufacturer", "language": "pt-BR"},
    ],
    "contacts": [
        {"organisation": "C-1", "name": "Ana Ruiz", "function": "site manager", "may_be_written_to": "no"},
    ],
    "sites": [
        {
            "organisation": "C-1",
            "name": "Faro",
            "territory": "LS",
            "street": "Avenida del Mar",
            "house_number": "12",
            "city": "La Serena",
            "country": "CL",
            "latitude": "-29,9027",
            "longitude": "-71.2519",
            "opening_hours": "mon-fri 08:00-12:00, 14:00-18:00; sat 09:00-24:00",
            "access_notes": "Code 4711",
        }
    ],
    "skills": [{"code": "lift", "name": "Lifts"}, {"code": "boiler", "name": "Boilers"}],
    "technicians": [
        {
            "code": "T-01",
            "name": "Bruno Díaz",
            "territory": "LS",
            "home_latitude": "-29.95",
            "home_longitude": "-71.34",
            "skills": "lift:3; boiler:2 until 2027-01-31",
            "tools": "ladder; multimeter",
            "cost_per_travel_hour": "12000",
        },
        {"code": "T-02", "name": "Carla Soto", "territory": "LS", "skills": "lift:5", "active": "yes"},
    ],
    "shifts": [
        {
            "technician": "T-01",
            "starts_at": "2026-03-02 08:00",
            "ends_at": "2026-03-02 17:00",
            "local_date": "2026-03-02",
            "max_overtime": "1:00",
            "breaks": "2026-03-02 12:00 to 2026-03-02 13:30, 30 min, unpaid",
        }
    ],
    "absences": [
        {"technician": "T-02", "starts_at": "2026-03-02", "ends_at": "2026-03-09", "kind": "holiday", "note": "Sea"}
    ],
    "parts": [
        {"number": "P-1", "name": "Door roller", "unit_cost": "4500", "manufacturer": "M-1", "superseded_by": "P-2"},
        {"number": "P-2", "name": "Door roller, new", "lead_time_days": "5"},
    ],
    "part-substitutes": [{"part": "P-1", "substitute": "P-2", "note": "with adapter"}],
    "warehouses": [
        {
            "code": "W-1",
            "name": "Depot",
            "territory": "LS",
            "latitude": "-29.91",
            "longitude": "-71.25",
            "handling": "10",
            "tools": "crane",
        }
    ],
    "warehouse-stock": [{"warehouse": "W-1", "part": "P-1", "quantity": "40"}],
    "van-stock": [{"technician": "T-01", "part": "P-1", "quantity": "2", "minimum": "1", "maximum": "4"}],
    "work-types": [
        {
            "code": "LIFT-REP",
            "name": "Lift repair",
            "equipment_kind": "lift",
            "duration": "1:30",
            "setup": "5",
            "skills": "lift:2",
            "parts": "P-1 x2",
            "tools": "ladder",
        }
    ],
    "equipment": [
        {
            "label_code": "E-1",
            "site": "C-1/Faro",
            "kind": "lift",
            "manufacturer": "M-1",
            "model": "S300",
            "serial": "000123",
            "installed_on": "31.3.2015",
            "replaced_by": "E-2",
        },
        {"label_code": "E-2", "site": "C-1/Faro", "kind": "lift", "model": "S400", "serial": "7"},
    ],
    "contracts": [
        {
            "number": "K-1",
            "organisation": "C-1",
            "name": "Full care",
            "starts_on": "2025-01-01",
            "response_minutes": "240",
            "hours": "mon-fri 08:00-18:00",
            "covered": "E-1; E-2",
        }
    ],
    "inspections": [
        {"contract": "K-1", "equipment": "E-1", "work_type": "LIFT-REP", "interval_days": "90", "due_on": "2026-04-01"}
    ],
    "work-orders": [
        {
            "number": "WO-1",
            "work_type": "LIFT-REP",
            "territory": "LS",
            "site": "C-1/Faro",
            "equipment": "E-1",
            "contract": "K-1",
            "payer": "C-1",
            "status": "ready",
            "priority": "high",
            "summary": "Door does not close",
            "reported_at": "2026-03-01 17:45",
            "due_at": "2026-03-02 12:00",
            "unserved_cost": "50000",
        }
    ],
    "visits": [
        {
            "work_order": "WO-1",
            "sequence": "1",
            "duration": "1:30",
            "skills": "lift:2",
            "parts": "P-1 x2",
            "windows": "2026-03-02 09:00 to 2026-03-02 12:00",
            "technicians": "preferred T-01 saves 500; never T-02",
            "pinned_shift": "T-01/2026-03-02 08:00",
        },
        {"work_order": "WO-1", "sequence": "2", "duration": "0:45", "follow_up_of": "WO-1/1"},
    ],
}


def write_csv(path: Path, rows: list[dict[str, str]]) -> Path:
    """A CSV with these rows; what a row lacks is empty."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def bring(uow: UnitOfWork, folder: Path, kind: str, rows: list[dict[str, str]], *, dry_run: bool = False) -> Outcome:
    """Import rows of a kind, by way of a file."""
    table = read_table(write_csv(folder / f"{kind}.csv", rows))
    return import_table(uow, OPERATOR, find_kind(kind), table, dry_run=dry_run)


def bring_company(uow: UnitOfWork, folder: Path) -> None:
    """Import the whole company."""
    for kind, rows in COMPANY.items():
        outcome = bring(uow, folder, kind, rows)
        assert outcome.saved, (kind, [str(bad) for bad in outcome.bad])
