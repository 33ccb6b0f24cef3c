"""What is compared, and what it says: symmetric, explained, and with several languages."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dispatch.intake.facts.said import Field
from dispatch.intake.matching import Record, compare, record_of
from dispatch.intake.matching.aspects import aspects_of, doubt, unit
from dispatch.intake.matching.blocking import COMMON, LiveCommonness, MemoryIndex, candidates, keys_of
from dispatch.intake.matching.learning import Example, counted, maximise, shipped_model
from dispatch.intake.matching.levels import address, code_level, fault, name_level, symptom
from dispatch.intake.matching.lexicon import concepts_of, sides_of, unit_numbers
from dispatch.intake.matching.text import name_words, split_address
from dispatch.intake.matching.thresholds import Thresholds
from dispatch.intake.matching.weights import MOST_DOUBTED
from fixtures.tickets import labelled_tickets
from tests.benchmarks.arriving import arriving
from tests.benchmarks.intake import FIT_SEED, measure

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)


def told(symptom: str, hours: float = 0, phone: str = "+56912345678", number: str = "320", unit: str = "") -> Record:
    """A ticket by phone about a lift in one street."""
    said: dict[str, list[str]] = {
        Field.SYMPTOM: [symptom],
        Field.REPORTER_PHONE: [phone],
        Field.STREET: ["Avda. Fco. de Aguirre"],
        Field.HOUSE_NUMBER: [number],
        Field.EQUIPMENT_KIND: ["lift"],
    }
    if unit:
        said[Field.UNIT] = [unit]
    return record_of(said, received_at=AT + timedelta(hours=hours))


def test_a_score_is_symmetric_and_the_sum_of_its_evidence() -> None:
    model = shipped_model()
    one, other = told("La puerta no cierra"), told("Door won't close", 3, "+56987654321")
    score, back = compare(one, other, model), compare(other, one, model)
    assert score == back
    assert math.isclose(score.bits, model.prior + sum(each.weight for each in score.evidence))
    assert {each.field for each in score.evidence} >= {"fault", "address", "phone", "time"}
    assert all("bits)" in each.words or "counted already" in each.words for each in score.evidence)


def test_what_nobody_said_is_no_evidence() -> None:
    score = compare(told("La puerta no cierra"), record_of({Field.SYMPTOM: ["x"]}), shipped_model())
    assert not {"address", "phone", "kind", "time"} & {each.field for each in score.evidence}


@pytest.mark.parametrize(
    "other",
    [
        told("Luz de la cabina parpadea", 30),
        told("La puerta no cierra", 2, number="348"),
        told("La puerta no cierra", 24 * 30),
        told("La puerta no cierra", 2, unit="right lift"),
    ],
    ids=["another symptom", "the house next door", "a month later", "the other lift"],
)
def test_other_faults_are_less_probable_than_the_same_one(other: Record) -> None:
    first, again = told("La puerta no cierra", unit="ascensor izquierdo"), told("Door won't close", 2, unit="left lift")
    model = shipped_model()
    assert compare(first, again, model).probability > 0.9 > compare(first, other, model).probability


def test_symptoms_mean_the_same_in_three_languages() -> None:
    assert {"door"} <= concepts_of("La puerta no cierra") & concepts_of("Door won't close") & concepts_of(
        "Tür schließt nicht"
    )
    assert {"hot_water"} <= concepts_of("No hay agua caliente") & concepts_of("no hot water") & concepts_of(
        "kein Warmwasser"
    )
    assert "noise" in concepts_of("chirirdo metalico")


def test_units_are_known_by_side_and_number_in_three_languages() -> None:
    assert sides_of("the left lift") == sides_of("ascensor izquierdo") == sides_of("der linke Aufzug") == {"left"}
    assert unit_numbers("ascensor n° 2") == unit_numbers("Lift 2, shaft 2") == unit_numbers("Aufzug B") == {"2"}


def test_names_and_addresses_in_several_forms() -> None:
    assert name_words("Sr. Pepe Muñoz") == ("jose", "munoz")
    assert name_level("ana soto vega", "vega ana soto") == "exact"
    assert name_level("ana soto vega", "ana sotto") == "close"
    assert name_level("ana soto", "luis vega") == "disagree"
    assert split_address("Avda. Gral. Bulnes 1243-B") == ("general bulnes", "1243b")
    assert split_address("Hauptstraße", "12") == split_address("Hauptstr. 12") == ("haupt", "12")
    assert [code_level("12345678", other) for other in ("12345678", "12345687", "99945678")] == [
        "exact",
        "close",
        "disagree",
    ]
    near = address(told("x", number="320"), told("x", number="350"))
    assert near is not None
    assert near.level == "number_close"


def test_the_same_symptom_says_less_where_nobody_says_at_which_unit() -> None:
    one, other = told("La puerta no cierra"), told("Door won't close")
    assert fault(one, other).level == "same/unknown"
    assert (
        fault(told("La puerta no cierra", unit="left lift"), told("Door won't close", unit="lift derecho")).level
        == "same/other"
    )


def test_a_lift_is_no_boiler() -> None:
    lift, boiler = (
        told("Hace ruido en la noche"),
        replace(told("Hace ruido en la noche", 2), kinds=frozenset({"boiler"})),
    )
    assert fault(lift, boiler).level == "same/other"
    assert compare(lift, boiler, shipped_model()).probability < Thresholds().review


def test_a_side_and_a_number_are_a_hint_at_the_unit() -> None:
    left, right = told("La puerta no cierra", unit="left lift"), told("La puerta no cierra", unit="ascensor derecho")
    first, nobody = told("La puerta no cierra", unit="lift 1"), told("La puerta no cierra")
    several = [replace(each, stand={"lift": 2}, site_id=1) for each in (left, right, first, nobody)]
    found = [unit(several[place], several[2]) for place in range(4)]
    assert found == ["matching", "crossed", "same", "one_says"]
    assert [unit(several[2], each) for each in several] == found


@pytest.mark.parametrize(
    ("first", "second", "open_question"),
    [
        (told("La puerta no cierra"), told("Problema con el ascensor", 2, "+56987654321"), "symptom"),
        (told("La puerta no cierra"), told("Door won't close", 2, "+56987654321", number=""), "house"),
        (told("La puerta no cierra", unit="lift 1"), told("Door won't close", 9, "+56987654321"), "unit"),
        (told("La puerta no cierra", unit="lift 1"), told("Door won't close", 2, "+56987654321", unit="lift 1"), None),
        (told("La puerta no cierra"), told("Problema con el ascensor", 2), None),
    ],
    ids=["no symptom", "no house number", "no unit", "all said", "the same person again"],
)
def test_what_is_open_is_asked_and_never_merged(first: Record, second: Record, open_question: str | None) -> None:
    lifts = 2 if first.units else 1
    one, other = (replace(each, stand={"lift": lifts}) for each in (first, second))
    assert doubt(aspects_of(one, other)) == doubt(aspects_of(other, one)) == open_question
    sure = replace(shipped_model(), prior=20)
    score = compare(one, other, sure)
    assert math.isclose(score.bits, sure.prior + sum(each.weight for each in score.evidence))
    said = [each.words for each in score.evidence if each.field == "doubt"]
    assert len(said) == (open_question is not None)
    assert all("a person is asked" in words for words in said)
    assert (score.probability <= MOST_DOUBTED + 1e-9) == (open_question is not None)
    assert Thresholds().merge > MOST_DOUBTED


def test_courtesy_alike_brings_no_two_faults_together() -> None:
    polite = "Por favor vengan pronto. {} Hay adultos mayores en el edificio"
    one = told(polite.format("Gotea la válvula de la caldera."))
    other = told(polite.format("Hay olor a gas en la sala de calderas."), 30)
    found = symptom(one, other)
    assert found is not None
    assert found.level == "disagree"


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        ("Pasamos la noche sin calefacción", {"heating"}),
        ("No hay agua caliennte", {"hot_water"}),
        ("sale helada la ducha", {"hot_water"}),
        ("Heizung brummt laut", {"noise"}),
        ("quedó parado y no responde a las llamadas", {"stopped"}),
        ("problem with the elevator", {"vague"}),
        ("Display shows error 42", {"code", "code 42"}),
        ("El citófono de la cabina no suena", {"intercom"}),
        ("Favor ayuda.b otonera no marca", {"button"}),
        ("please come", set()),
        ("¿alguna novedad del reclamo?", set()),
    ],
)
def test_words_that_look_alike_are_told_apart_and_garbled_ones_found(text: str, concepts: set[str]) -> None:
    assert concepts_of(text) == concepts


def test_a_number_that_very_many_share_is_weak_evidence() -> None:
    index = MemoryIndex()
    few = LiveCommonness(index)
    for place in range(COMMON):
        index.add(place, keys_of(told("x")))
    assert few.bits("phone", "912345678") == 0
    for place in range(COMMON, 8 * COMMON):
        index.add(place, keys_of(told("x")))
    assert LiveCommonness(index).bits("phone", "912345678") == -3


def test_whoever_shares_more_keys_comes_first_among_very_many() -> None:
    index = MemoryIndex()
    index.add(0, keys_of(told("La puerta no cierra")))
    for place in range(1, 1000):
        index.add(place, [f"ph:{'912345678'[-8:]}"])
    found = candidates(index, keys_of(told("Door won't close")))
    assert (found[0], len(found) < 200) == (0, True)


def test_levels_are_learned_from_labelled_and_from_unlabelled_pairs() -> None:
    base = shipped_model()
    same = [Example({"phone": "exact", "site": "exact", "time": "hours", "fault": "same/same"}, 1.0)] * 400
    other = [Example({"phone": "disagree", "site": "disagree", "time": "disagree"}, 0.0)] * 400
    labelled = counted(base, same + other)
    assert labelled.fields["phone"].bits("exact") > base.fields["phone"].bits("exact")
    guessed = maximise(base, [Example(each.levels) for each in same + other])
    assert guessed.fields["phone"].bits("exact") > base.fields["phone"].bits("exact")


def test_tickets_of_another_seed_are_matched_well() -> None:
    tickets = arriving(FIT_SEED + 90, 600)
    outcome = measure(tickets, shipped_model(), Thresholds())
    assert outcome.there["all"] > 150
    assert outcome.precision() >= 0.98
    assert outcome.recall() >= 0.87
    assert outcome.recall_with_review() >= 0.95
    assert outcome.review_share() <= 0.1


def test_labelled_tickets_are_the_same_again_and_mostly_alone() -> None:
    tickets = labelled_tickets(3, 400)
    assert tickets == labelled_tickets(3, 400)
    faults = [ticket.fault for ticket in tickets]
    assert 0.5 < sum(faults.count(fault) == 1 for fault in faults) / len(faults) < 0.7
