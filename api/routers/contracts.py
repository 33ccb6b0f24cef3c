"""Contracts."""

from api.keeping import Keeping
from api.schemas.contracts import ContractCreate, ContractEdit, ContractOut, ContractQuery
from dispatch.records.catalogue.contracts import CONTRACTS

router = Keeping(
    noun=CONTRACTS,
    path="contracts",
    one="contract",
    many="contracts",
    out=ContractOut,
    query=ContractQuery,
    create=ContractCreate,
    edit=ContractEdit,
    deletes=True,
).router()
