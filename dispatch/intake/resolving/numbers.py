"""Telephone numbers, normalised."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat


def normal_phone(phone: str | None, country: str) -> str | None:
    """The number as +56…; None where it is none. `country`: whose a number without a country code is."""
    if not phone or not phone.strip():
        return None
    try:
        parsed = phonenumbers.parse(phone, country)
    except NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def phones_in(text: str, country: str) -> list[str]:
    """The valid numbers in a text, normalised, in their order."""
    found = (match.number for match in phonenumbers.PhoneNumberMatcher(text, country))
    return list(dict.fromkeys(phonenumbers.format_number(number, PhoneNumberFormat.E164) for number in found))
