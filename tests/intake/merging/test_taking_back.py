"""A change is taken back after others were made on top of it."""

from dispatch.intake.merging import merge, split, unmerge
from tests.intake.merging.desk import SYSTEM, Desk, state


def test_a_split_whose_tickets_were_merged_back_is_left_alone_until_that_merge_is_taken_back(desk: Desk) -> None:
    session = desk.session
    tickets = [desk.ticket(f"Stuck {name}", desk.contact(name)) for name in ("Ana", "Berta")]
    orders = [desk.order(ticket).id for ticket in tickets]
    merge(session, SYSTEM, [tickets[1].id], orders[0])
    together = state(session)
    taken_out = split(session, SYSTEM, orders[0], [tickets[0].id])
    put_back = merge(session, SYSTEM, [tickets[0].id], orders[0])
    back = state(session)

    change = unmerge(session, SYSTEM, taken_out.merges[0].id)

    assert not change.changed
    assert change.work_order_id == orders[0]
    assert change.said == "T-1 is back in WO-01 already."
    assert state(session) == back

    unmerge(session, SYSTEM, put_back.merges[0].id)
    assert desk.order_of(tickets[0]) == taken_out.work_order_id
    assert unmerge(session, SYSTEM, taken_out.merges[0].id).changed
    assert desk.order_of(tickets[0]) == orders[0]
    assert {name: rows for name, rows in state(session).items() if name not in ("work_order", "visit")} == {
        name: rows for name, rows in together.items() if name not in ("work_order", "visit")
    }


def test_a_merge_whose_order_was_merged_back_is_left_alone(desk: Desk) -> None:
    session = desk.session
    tickets = [desk.ticket(f"Stuck {name}", desk.contact(name)) for name in ("Ana", "Berta", "Carla")]
    here, there = desk.order(*tickets[:2]).id, desk.order(tickets[2]).id
    merged = merge(session, SYSTEM, [tickets[0].id], there)
    merge(session, SYSTEM, [tickets[0].id, tickets[2].id], here)
    back = state(session)

    change = unmerge(session, SYSTEM, merged.merges[0].id)

    assert (change.changed, change.work_order_id) == (False, here)
    assert state(session) == back
