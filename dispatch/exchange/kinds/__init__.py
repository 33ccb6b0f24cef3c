"""Every kind of row that files may hold, in the order in which an empty system takes them."""

from collections.abc import Mapping
from typing import Final

from dispatch.errors import NotFound
from dispatch.exchange.kind import Kind
from dispatch.exchange.kinds.equipment import CONTRACTS, EQUIPMENT, INSPECTIONS
from dispatch.exchange.kinds.parties import CONTACTS, ORGANISATIONS, SITES, TERRITORIES
from dispatch.exchange.kinds.stock import PARTS, SUBSTITUTES, VAN_STOCK, WAREHOUSE_STOCK, WAREHOUSES
from dispatch.exchange.kinds.technicians import ABSENCES, SHIFTS, SKILLS, TECHNICIANS
from dispatch.exchange.kinds.work import VISITS, WORK_ORDERS, WORK_TYPES

KINDS: Final[Mapping[str, Kind]] = {
    kind.name: kind
    for kind in (
        TERRITORIES,
        ORGANISATIONS,
        CONTACTS,
        SITES,
        SKILLS,
        TECHNICIANS,
        SHIFTS,
        ABSENCES,
        PARTS,
        SUBSTITUTES,
        WAREHOUSES,
        WAREHOUSE_STOCK,
        VAN_STOCK,
        WORK_TYPES,
        EQUIPMENT,
        CONTRACTS,
        INSPECTIONS,
        WORK_ORDERS,
        VISITS,
    )
}


def find_kind(name: str) -> Kind:
    """The kind of that name.

    Raises NotFound, which lists all names.
    """
    kind = KINDS.get(name.lower().replace("_", "-").replace(" ", "-"))
    if kind is None:
        raise NotFound(f"there is no kind of rows called {name!r}; the kinds are: {', '.join(KINDS)}")
    return kind
