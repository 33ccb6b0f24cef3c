"""Every text is there in every language, with the same placeholders."""

from datetime import date, time
from string import Formatter

import pytest

from dispatch.appointments.telling.texts import TEXTS, Key, language_of, window


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_a_language_has_every_text_with_all_its_placeholders(language: str) -> None:
    assert set(TEXTS[language]) == set(Key)
    for key in Key:
        assert placeholders(TEXTS[language][key]) == placeholders(TEXTS["en"][key]), key


def test_a_window_is_written_as_people_there_write_it() -> None:
    day = date(2026, 3, 3)
    assert window("de-AT", day, time(9), time(11)) == "Dienstag, 3. März, zwischen 09:00 und 11:00 Uhr"
    assert window("pt-BR", day, time(9), time(11)) == "Tuesday, March 3, between 09:00 and 11:00"
    assert language_of("es_CL") == "es"
