"""What a number of a ticket says, and to whom."""

from dispatch.intake.matching.levels import reference
from dispatch.intake.matching.record import Record

TICKET = Record(contact_id=1, phones=("+56511234567",), references=frozenset({"t-1042"}))


def test_a_number_of_ours_counts_for_whoever_reported_that_ticket() -> None:
    same = Record(contact_id=1, references=frozenset({"t-1042", "t-1050"}))
    by_phone = Record(contact_id=2, phones=("+56511234567",), references=frozenset({"t-1042"}))
    for other in (same, by_phone):
        assert reference(TICKET, other) is not None
        assert reference(TICKET, other) == reference(other, TICKET)


def test_a_stranger_who_names_a_number_of_ours_says_nothing_with_it() -> None:
    stranger = Record(contact_id=9, emails=("mallory@evil.example",), references=frozenset({"t-1042"}))
    assert reference(TICKET, stranger) is None
    assert reference(TICKET, Record(references=frozenset({"t-1042"}))) is None


def test_a_claim_that_both_name_counts_for_everybody() -> None:
    insurer, tenant = (Record(contact_id=each, references=frozenset({"2026-48811"})) for each in (3, 4))
    assert reference(insurer, tenant) is not None
