"""Contracts."""

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from db.models import Contract, ContractEquipment, ContractHours, InspectionDue
from dispatch.errors import Fault
from dispatch.records.catalogue.spans import span_faults
from dispatch.records.nouns import Collection, Draft, Noun, Values


def _check_contract(_session: Session, draft: Draft[Contract]) -> list[Fault]:
    contract = draft.row
    faults = []
    if contract.ends_on is not None and contract.ends_on < contract.starts_on:
        msg = f"ends_on {contract.ends_on} is before starts_on {contract.starts_on}."
        faults.append(Fault("/ends_on", msg))
    return faults + span_faults(
        [_on_a_week(each) for each in draft.hanging.get("hours", ())], "/hours", "opens", "closes"
    )


def _on_a_week(hours: Values) -> Values:
    """The span as instants of some week that begins on a Monday; 00:00 closes at the end of the day."""
    monday = datetime(2001, 1, 1)  # noqa: DTZ001  (local times of no place in particular)
    day = monday + timedelta(days=hours["weekday"])
    closes = hours["closes"] if hours["closes"] != time(0) else None
    end = datetime.combine(day, closes) if closes is not None else day + timedelta(days=1)
    return {"opens": datetime.combine(day, hours["opens"]), "closes": end}


def _contracts_covering(equipment_id: Any) -> ColumnElement[bool]:
    return Contract.id.in_(select(ContractEquipment.contract_id).where(ContractEquipment.equipment_id == equipment_id))


CONTRACTS = Noun(
    Contract,
    collections=(
        Collection("hours", ContractHours, "contract_id", ("weekday", "opens"), order="weekday"),
        Collection("covered", ContractEquipment, "contract_id", ("equipment_id",)),
        Collection("inspections", InspectionDue, "contract_id", ("equipment_id", "work_type_id"), order="due_on"),
    ),
    prefix="C",
    search=("number", "name"),
    filters={"equipment_id": _contracts_covering},
    check=_check_contract,
)
