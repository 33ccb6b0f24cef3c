"""What every route answers to every role: the authorisation matrix as a table.

A line: method, address, what kind of route it is, and who may use it.

- A administrator, S scheduler, C call taker, T technician, I integrator; who is not named gets 403.
- A star behind the letter: everywhere; otherwise only on what is theirs: their territory, a technician's own work.
- Nobody who is not signed in gets anything but 401, except on `open` routes.

Lines run one after the other on one world: what puts tickets elsewhere comes last, and a split of one ticket first.

`ok=` and `other=` say what else than the usual comes of it: `ok=409` is a rule of the business, met after access.

Kinds: `list` shows only what is theirs; `item`, `day`, `edit`, `delete` and `act` on somebody else's id is 404;
`create` that refers to somebody else's is 422; `find` names no record; `mine` is for everybody, about themselves;
`open` needs no sign-in.
"""

from dataclasses import dataclass
from typing import Final

from db.models import Role

TABLE: Final = """
GET    /health                              open
GET    /ready                               open
POST   /v1/sign-in                          open
POST   /v1/sign-out                         mine    A S C T I
GET    /v1/me                               mine    A S C T I
GET    /v1/tokens                           list    A* S C T I
POST   /v1/tokens                           create  A*
DELETE /v1/tokens/{key}                     delete  A* S C T I ok=204

GET    /v1/users                            list    A* S C T I
GET    /v1/users/{key}                      item    A* S C T I
POST   /v1/users                            create  A*
PATCH  /v1/users/{key}                      edit    A*
PUT    /v1/users/{key}/password             act     A* S C T I
GET    /v1/devices                          list    A* S C T I
GET    /v1/devices/{key}                    item    A* S C T I
POST   /v1/devices                          create  A* S C T I
PATCH  /v1/devices/{key}                    edit    A* S C T I
DELETE /v1/devices/{key}                    delete  A* S C T I

GET    /v1/territories                      list    A* S C T I*
GET    /v1/territories/{key}                item    A* S C T I*
POST   /v1/territories                      create  A*
PATCH  /v1/territories/{key}                edit    A*
DELETE /v1/territories/{key}                delete  A*

GET    /v1/organisations                    list    A* S C T I*
GET    /v1/organisations/{key}              item    A* S C T I*
POST   /v1/organisations                    create  A* S* C* I*
PATCH  /v1/organisations/{key}              edit    A* S C I*
DELETE /v1/organisations/{key}              delete  A* S
GET    /v1/contacts                         list    A* S C T
GET    /v1/contacts/{key}                   item    A* S C T
POST   /v1/contacts                         create  A* S C I*
PATCH  /v1/contacts/{key}                   edit    A* S C
DELETE /v1/contacts/{key}                   delete  A* S
GET    /v1/sites                            list    A* S C T I*
GET    /v1/sites/{key}                      item    A* S C T I*
GET    /v1/sites/{key}/access-notes         item    T
POST   /v1/sites                            create  A* S C I*
PATCH  /v1/sites/{key}                      edit    A* S C I*
DELETE /v1/sites/{key}                      delete  A* S
GET    /v1/equipment                        list    A* S C T I*
GET    /v1/equipment/{key}                  item    A* S C T I*
POST   /v1/equipment                        create  A* S C I*
PATCH  /v1/equipment/{key}                  edit    A* S C I*
DELETE /v1/equipment/{key}                  delete  A* S
POST   /v1/equipment/{key}/report-code      act     A* S C I* ok=200
GET    /v1/equipment/{key}/report-code.svg  item    A* S C T I*
GET    /v1/contracts                        list    A* S C
GET    /v1/contracts/{key}                  item    A* S C
POST   /v1/contracts                        create  A* S
PATCH  /v1/contracts/{key}                  edit    A* S
DELETE /v1/contracts/{key}                  delete  A* S

POST   /v1/work-orders/{key}/split          act     A* S C ok=409
GET    /v1/tickets                          list    A* S C I*
GET    /v1/tickets/{key}                    item    A* S C I*
POST   /v1/tickets                          create  A* S C I*
PATCH  /v1/tickets/{key}                    edit    A* S C I*
GET    /v1/tickets/{key}/facts              item    A* S C
POST   /v1/tickets/{key}/facts              act     A* S C ok=201
GET    /v1/tickets/{key}/matches            item    A* S C
GET    /v1/tickets/{key}/triage             item    A* S C
GET    /v1/tickets/{key}/hand-over          item    A* S C
POST   /v1/tickets/{key}/solve              act     A* S C ok=409
GET    /v1/conversations                    list    A* S C
GET    /v1/conversations/{key}              item    A* S C
POST   /v1/conversations/{key}/reply        act     A* S C ok=201
POST   /v1/conversations/{key}/told         act     A* S C ok=200
GET    /v1/messages                         list    A* S C
GET    /v1/messages/{key}                   item    A* S C
GET    /v1/attachments                      list    A* S C T
GET    /v1/attachments/{key}                item    A* S C T
GET    /v1/attachments/{key}/content        item    A* S C T ok=404
GET    /v1/calls                            list    A* S C
GET    /v1/calls/{key}                      item    A* S C
POST   /v1/calls                            create  A* S* C*
POST   /v1/calls/{key}/notes                act     A* S C ok=200
POST   /v1/calls/{key}/ticket               act     A* S C ok=200
POST   /v1/calls/{key}/callback             act     A* S C ok=200
POST   /v1/calls/{key}/called-back          act     A* S C ok=200
POST   /v1/calls/{key}/resume               act     A* S C ok=200
POST   /v1/calls/{key}/hold                 act     A* S C ok=200
POST   /v1/calls/{key}/transfer             act     A* S C ok=200
POST   /v1/calls/{key}/end                  act     A* S C ok=200
GET    /v1/call-takers                      find    A* S C
GET    /v1/articles/search                  find    A* S* C* T*
GET    /v1/articles                         list    A* S* C* T*
GET    /v1/articles/{key}                   item    A* S* C* T*
POST   /v1/articles                         create  A* S* C*
PATCH  /v1/articles/{key}                   edit    A* S* C*

POST   /v1/inbound/text                     mine    A S C T I
POST   /v1/inbound/chat                     mine    A S C T I
POST   /v1/inbound/portal                   create  A* I*
POST   /v1/inbound/email                    create  A* I*
GET    /v1/inbound/portal/threads/{thread}/messages item A* I* ok=404
GET    /v1/inbound                          list    A* S
GET    /v1/inbound/{key}                    item    A* S
POST   /v1/inbound/{key}/retry              act     A* S ok=409

GET    /v1/work-types                       list    A* S* C* T* I*
GET    /v1/work-types/{key}                 item    A* S* C* T* I*
POST   /v1/work-types                       create  A*
PATCH  /v1/work-types/{key}                 edit    A*
DELETE /v1/work-types/{key}                 delete  A*
GET    /v1/work-orders                      list    A* S C T
GET    /v1/work-orders/{key}                item    A* S C T
POST   /v1/work-orders                      create  A* S C
PATCH  /v1/work-orders/{key}                edit    A* S C
GET    /v1/work-orders/{key}/slots          item    A* S C
POST   /v1/work-orders/{key}/holds          act     A* S C ok=409
POST   /v1/work-orders/{key}/appointments   act     A* S C ok=409
GET    /v1/appointments                     list    A* S C T
GET    /v1/appointments/{key}               item    A* S C T
PATCH  /v1/appointments/{key}               edit    A* S C
POST   /v1/appointments/{key}/confirm       act     A* S C ok=200
POST   /v1/appointments/{key}/change        act     A* S C ok=412
POST   /v1/appointments/{key}/cancel        act     A* S C ok=412
POST   /v1/appointments/{key}/release       act     A* S C ok=409
GET    /v1/slot-policies                    list    A* S C
GET    /v1/slot-policies/{key}              item    A* S C
POST   /v1/slot-policies                    create  A* S ok=409
PATCH  /v1/slot-policies/{key}              edit    A* S
DELETE /v1/slot-policies/{key}              delete  A* S
GET    /v1/work-orders/{key}/folded         item    A* S C T
GET    /v1/work-orders/{key}/parties        item    A* S C T
GET    /v1/work-orders/{key}/clocks         item    A* S C T
GET    /v1/reviews                          list    A* S C
GET    /v1/reviews/{key}                    item    A* S C
GET    /v1/merges                           list    A* S C
GET    /v1/merges/{key}                     item    A* S C
GET    /v1/visits                           list    A* S C T
GET    /v1/visits/{key}                     item    A* S C T
POST   /v1/visits                           create  A* S C
PATCH  /v1/visits/{key}                     edit    A* S C

GET    /v1/skills                           list    A* S* C* T* I*
GET    /v1/skills/{key}                     item    A* S* C* T* I*
POST   /v1/skills                           create  A*
PATCH  /v1/skills/{key}                     edit    A*
DELETE /v1/skills/{key}                     delete  A*
GET    /v1/technicians                      list    A* S C T
GET    /v1/technicians/{key}                item    A* S C T
POST   /v1/technicians                      create  A* S
PATCH  /v1/technicians/{key}                edit    A* S
GET    /v1/shifts                           list    A* S C T
GET    /v1/shifts/{key}                     item    A* S C T
POST   /v1/shifts                           create  A* S
PATCH  /v1/shifts/{key}                     edit    A* S
DELETE /v1/shifts/{key}                     delete  A* S
GET    /v1/absences                         list    A* S T
GET    /v1/absences/{key}                   item    A* S T
POST   /v1/absences                         create  A* S
PATCH  /v1/absences/{key}                   edit    A* S
DELETE /v1/absences/{key}                   delete  A* S

GET    /v1/parts                            list    A* S* C* T* I*
GET    /v1/parts/{key}                      item    A* S* C* T* I*
POST   /v1/parts                            create  A*
PATCH  /v1/parts/{key}                      edit    A*
DELETE /v1/parts/{key}                      delete  A*
GET    /v1/van-stock                        list    A* S C T
GET    /v1/van-stock/{key}                  item    A* S C T
POST   /v1/van-stock                        create  A* S
PATCH  /v1/van-stock/{key}                  edit    A* S
DELETE /v1/van-stock/{key}                  delete  A* S
GET    /v1/warehouses                       list    A* S C T
GET    /v1/warehouses/{key}                 item    A* S C T
POST   /v1/warehouses                       create  A* S
PATCH  /v1/warehouses/{key}                 edit    A* S
DELETE /v1/warehouses/{key}                 delete  A* S
GET    /v1/stock-movements                  list    A* S T
GET    /v1/stock-movements/{key}            item    A* S T
POST   /v1/stock-movements                  create  A* S

POST   /v1/planning-runs                    create  A* S ok=202 other=404
GET    /v1/planning-runs                    list    A* S
GET    /v1/planning-runs/{key}              item    A* S
GET    /v1/planning-runs/{key}/problem      item    A* S
GET    /v1/planning-runs/{key}/solution     item    A* S
GET    /v1/planning-runs/{key}/events       item    A* S
POST   /v1/planning-runs/{key}/cancel       act     A* S ok=409
GET    /v1/proposals/{key}                  item    A* S
GET    /v1/proposals/{key}.geojson          item    A* S
POST   /v1/proposals/{key}/apply            act     A* S ok=409
POST   /v1/proposals/{key}/drop             act     A* S ok=409
GET    /v1/plans                            day     A* S C T
POST   /v1/plans                            create  A* S ok=201 other=404
GET    /v1/plans/{key}                      item    A* S C T
GET    /v1/plans/{key}.geojson              item    A* S C T
GET    /v1/plans/{key}/confidence           item    A* S
GET    /v1/plans/{key}/promises-at-stake    item    A* S C
POST   /v1/plans/{key}/publish              act     A* S ok=409
POST   /v1/plans/{key}/moves                act     A* S ok=200
GET    /v1/lint                             day     A* S

GET    /v1/promises                         list    A* S C
GET    /v1/promises/{key}                   item    A* S C
GET    /v1/promises/summary                 find    A* S C
POST   /v1/promises/{key}/release           act     A* S C ok=409
POST   /v1/promises/{key}/kept              act     A* S C ok=409
GET    /v1/work-orders/{key}/promises       item    A* S C
POST   /v1/work-orders/{key}/promises       act     A* S C ok=201
GET    /v1/service-standards                list    A* S C
GET    /v1/service-standards/{key}          item    A* S C
POST   /v1/service-standards                create  A* S
PATCH  /v1/service-standards/{key}          edit    A* S
DELETE /v1/service-standards/{key}          delete  A* S
POST   /v1/work-orders/{key}/links          act     A* S C ok=201
GET    /v1/work-orders/{key}/links          item    A* S C
POST   /v1/work-orders/{key}/invitations    act     A* S C ok=202
PUT    /v1/work-orders/{key}/decider        act     A* S C
POST   /v1/technicians/{key}/calendar       act     A* S C ok=201
GET    /v1/technicians/{key}/calendar       item    A* S C
POST   /v1/contacts/{key}/calendar          act     A* S C ok=201
GET    /v1/contacts/{key}/calendar          item    A* S C
DELETE /v1/links/{key}                      act     A* S C
GET    /v1/consents                         list    A*
GET    /v1/consents/{key}                   item    A*
GET    /v1/outbox                           list    A*
GET    /v1/outbox/{key}                     item    A*
GET    /v1/webhooks                         list    A*
GET    /v1/webhooks/{key}                   item    A*
POST   /v1/webhooks                         create  A*
PATCH  /v1/webhooks/{key}                   edit    A*
POST   /v1/webhooks/{key}/rotate            act     A* ok=200
POST   /v1/webhooks/{key}/test              act     A* ok=202
DELETE /v1/webhooks/{key}                   delete  A*
GET    /v1/jobs                             list    A*
GET    /v1/jobs/{key}                       item    A*
GET    /v1/audit                            list    A*
GET    /v1/audit/{key}                      item    A*

POST   /v1/work-orders/{key}/merge          act     A* S C ok=200
POST   /v1/work-orders/{key}/move           act     A* S C ok=200
POST   /v1/reviews/{key}/accept             act     A* S C ok=200
POST   /v1/reviews/{key}/undo               act     A* S C ok=200
POST   /v1/reviews/{key}/reject             act     A* S C ok=200
POST   /v1/merges/{key}/undo                act     A* S C ok=200
"""

_LETTERS: Final = {
    "A": Role.ADMINISTRATOR,
    "S": Role.SCHEDULER,
    "C": Role.CALL_TAKER,
    "T": Role.TECHNICIAN,
    "I": Role.INTEGRATOR,
}


# An edit against a version that never was changes nothing; that it gets so far shows that it is allowed.
_OK: Final = {
    "open": 200,
    "mine": 200,
    "list": 200,
    "item": 200,
    "day": 200,
    "create": 201,
    "edit": 412,
    "delete": 412,
    "act": 204,
    "find": 200,
}


@dataclass(frozen=True)
class Expectation:
    """What a route answers: `allowed` maps a role to whether it may reach everything.

    ok, other: the status code when it is allowed, and when it is about what is somebody else's.
    """

    method: str
    path: str
    kind: str
    allowed: dict[Role, bool]
    ok: int
    other: int

    @property
    def noun(self) -> str:
        """The part of the address that names the kind of record."""
        return self.path.split("/")[2] if self.path.startswith("/v1/") else ""


def expectations() -> dict[tuple[str, str], Expectation]:
    """The table, by method and address."""
    found = {}
    for line in TABLE.splitlines():
        if line.strip():
            method, path, kind, *rest = line.split()
            allowed = {_LETTERS[each[0]]: each.endswith("*") for each in rest if "=" not in each}
            codes = {"ok": _OK[kind], "other": 422 if kind == "create" else 404}
            codes |= {name: int(code) for name, _, code in (each.partition("=") for each in rest) if code}
            found[method, path] = Expectation(method, path, kind, allowed, codes["ok"], codes["other"])
    return found
