"""Equipment."""

from api.keeping import Keeping
from api.schemas.equipment import EquipmentCreate, EquipmentEdit, EquipmentOut, EquipmentQuery
from dispatch.records.catalogue.parties import EQUIPMENT

router = Keeping(
    noun=EQUIPMENT,
    path="equipment",
    one="unit of equipment",
    many="equipment",
    out=EquipmentOut,
    query=EquipmentQuery,
    create=EquipmentCreate,
    edit=EquipmentEdit,
    deletes=True,
).router()
