"""Which column of a file is what: as somebody says, else as its heading suggests."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Final

from dispatch.errors import Fault, Invalid
from dispatch.exchange.tables import as_heading
from dispatch.intake.matching.text import words_of

FIELDS: Final = {
    "name": "a person's full name",
    "given_name": "given name",
    "middle_name": "middle name",
    "family_name": "family name",
    "organisation": "a company, a restaurant, a title",
    "phone": "telephone number",
    "email": "e-mail address",
    "address": "street and house number in one",
    "street": "street",
    "house_number": "house number",
    "address2": "second line of an address",
    "postcode": "postcode",
    "city": "city or suburb",
    "region": "state or region",
    "latitude": "degrees",
    "longitude": "degrees",
    "birth_date": "date of birth",
    "date": "when it was reported",
    "identity": "a number that belongs to one person or thing",
    "serial": "serial number",
    "category": "one of a few kinds",
    "text": "words, such as a symptom",
}
"""What a column can be, in words."""
_HEADINGS: Final = {
    "name": "name full_name fullname nombre nombre_completo cliente customer customer_name client person contact "
    "contact_name reporter reporter_name kunde kundenname vollstandiger_name vollstaendiger_name nombre_y_apellido "
    "nombre_y_apellidos nombre_cliente",
    "given_name": "given_name first_name first firstname fname given forename vorname nombres givenname fn",
    "middle_name": "middle_name middlename second_name mname middle_initial segundo_nombre zweiter_vorname",
    "family_name": "surname last_name lastname lname family_name apellido apellidos primer_apellido nachname zuname "
    "familyname sn",
    "organisation": "organisation organization company company_name business business_name title firma empresa "
    "restaurant restaurant_name site_name venue store hotel provider",
    "phone": "phone telephone tel phone_number mobile telefono telefon fono cell cellphone handy celular phone1 phone2 "
    "home_phone mobile_phone work_phone cell_phone phone_home phone_mobile fon_privat "
    "telefon_privat telefonnummer fon_mobil mobil rufnummer tel_privat numero_de_telefono telefono_movil movil",
    "email": "email e_mail mail email_address correo emailaddress correo_electronico e_mail_adresse mailadresse",
    "address": "address addr full_address direccion adresse street_address address_1 address1 addr1 address_line_1 "
    "home_address residential_address "
    "postal_address mailing_address wohnadresse anschrift wohnanschrift domicilio direccion_particular",
    "street": "street street_name calle strasse streetname road",
    "house_number": "house_number street_number number housenumber street_no no nr numero hausnummer streetnumber",
    "address2": "address_2 address2 addr2 address_line_2 building estate",
    "postcode": "postcode post_code zip zip_code postal_code plz codigo_postal zipcode postalcode cp postleitzahl",
    "city": "city town suburb locality ciudad ort stadt wohnort comuna ciudad_de_residencia poblacion municipality",
    "region": "state region province county land bundesland estado",
    "latitude": "latitude lat",
    "longitude": "longitude lon lng long",
    "birth_date": "birth_date date_of_birth dob birthdate birthday born fecha_nacimiento fecha_de_nacimiento "
    "geburtsdatum geb_tag geburtstag geb_datum gebdatum dateofbirth birth_day day_of_birth",
    "date": "date received received_at reported reported_at created created_at timestamp datetime fecha datum "
    "occurred_at opened opened_at",
    "identity": "ssn soc_sec_id social_security identity national_id rut dni passport tax_id vat nif",
    "serial": "serial serial_number serie seriennummer label_code",
    "category": "category cuisine class gender sex kind genre equipment_kind channel type",
    "text": "text symptom description problem notes subject message sintoma descripcion beschreibung issue complaint",
}
_BY_WORD: Final = tuple(
    (field, frozenset(words.split()))
    for field, words in (
        ("birth_date", "birth birthdate birthday dob geburtsdatum geburtstag geb nacimiento"),
        ("email", "email correo"),
        ("postcode", "zip zipcode postcode plz postleitzahl postal"),
        ("city", "city town suburb ciudad comuna ort stadt wohnort localidad municipio"),
        ("region", "state province bundesland provincia"),
        ("phone", "phone telephone tel telefon telefono fono mobile cell celular movil handy telefonnummer rufnummer"),
        ("house_number", "hausnummer housenumber"),
        ("address", "address addr addr1 address1 adresse anschrift direccion domicilio"),
        ("street", "street strasse calle"),
        ("email", "mail"),
        ("serial", "serial serie seriennummer"),
        ("given_name", "first given vorname nombres firstname"),
        ("family_name", "last surname family nachname familienname apellido apellidos lastname"),
        ("date", "created opened reported received creation erstellt gemeldet eingang creacion ingreso apertura"),
        ("text", "description subject symptom problem beschreibung betreff descripcion asunto sintoma problema"),
        ("organisation", "company organisation organization firma empresa"),
        ("name", "name nombre"),
    )
)
"""Words that tell what a heading of several is, in the order in which they do: "res_street_address" is an address."""
_ABOUT_IT: Final = frozenset(
    ("id", "type", "typ", "tipo", "status", "flag", "count", "by", "user", "login", "file", "suffix", "prefix", "age")
)
"""Words by which a column is about something else: an address's id is no address."""
_SINGLE: Final = frozenset(
    ("address", "street", "house_number", "postcode", "region", "latitude", "longitude", "birth_date", "date")
)
"""What one column says; a second one is another of the kind."""
_FIELD_OF: Final = {heading: field for field, headings in _HEADINGS.items() for heading in headings.split()}


def mapped(heading: Sequence[str], given: Iterable[str], truth: str | None) -> dict[str, tuple[int, ...]]:
    """The columns of each field, by place in the heading; the truth is no field.

    given: "field=column"; a field may be given several columns, and "field=" takes it out. Fields that are not given
    are guessed from the heading. Raises Invalid, naming the field or column, for one that is not there or no field.
    """
    places = {as_heading(name): place for place, name in enumerate(heading)}
    known = None if truth is None else as_heading(truth)
    if truth is not None and known not in places:
        raise _no_column("truth", truth, heading)
    found: dict[str, tuple[int, ...]] = {}
    taken = {places[known]} if known is not None else set()
    dropped: set[str] = set()
    for each in given:
        field, told, said = each.partition("=")
        column = as_heading(said)
        _require_field(field, each)
        if not told:
            message = f"--map {each}: it names no column; write --map {each}=COLUMN, or {each}= to leave it out"
            raise Invalid(message, (Fault("/map", message),))
        if not column:
            dropped.add(field)
            continue
        if column not in places:
            raise _no_column(field, said, heading)
        found[field] = (*found.get(field, ()), places[column])
        taken.add(places[column])
    free = {name: place for name, place in places.items() if place not in taken}
    _guess(free, found, dropped | _given(given))
    if not found:
        message = (
            f"No column of {', '.join(heading)} is one we know; map at least one, such as --map name={heading[0]}. "
            f"Fields: {', '.join(FIELDS)}."
        )
        raise Invalid(message, (Fault("/map", message),))
    return found


def _guess(free: Mapping[str, int], found: dict[str, tuple[int, ...]], settled: Collection[str]) -> None:
    """Adds the columns that say what they are: first by the whole heading, then by a word of it for fields still open.

    An address is one column, the first: two of them are two addresses.
    """
    plain = {place: words_of(name.replace("_", " ")) for name, place in free.items()}
    known = {place: field for place, words in plain.items() if (field := _FIELD_OF.get("_".join(words)))}
    for place, field in known.items():
        if field not in settled and not (field in _SINGLE and field in found):
            found[field] = (*found.get(field, ()), place)
    closed = {*settled, *found, *(("name",) if "family_name" in found else ())}
    for place, words in plain.items():
        told = None if place in known else _field_by_word(words)
        if told is not None and told not in closed and not (told in _SINGLE and told in found):
            found[told] = (*found.get(told, ()), place)


def _field_by_word(words: Sequence[str]) -> str | None:
    """What a heading of several words is, by the first list that has one; None for "phone type" and the like."""
    if not _ABOUT_IT.isdisjoint(words):
        return None
    return next((field for field, telling in _BY_WORD if not telling.isdisjoint(words)), None)


def _given(given: Iterable[str]) -> set[str]:
    return {each.partition("=")[0] for each in given}


def _require_field(field: str, given: str) -> None:
    if field not in FIELDS:
        near = get_close_matches(field, FIELDS, n=1)
        guess = _FIELD_OF.get(field)
        if guess is not None and given.endswith("="):
            message = (
                f"--map {given}: {field!r} is a column, and FIELD= is wanted; write --map {guess}= to leave it out"
            )
            raise Invalid(message, (Fault("/map", message),))
        hint = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(FIELDS)}"
        message = f"--map {given}: {field!r} is no field; {hint}"
        raise Invalid(message, (Fault("/map", message),))


def _no_column(field: str, column: str, heading: Sequence[str]) -> Invalid:
    message = f"{field}: there is no column {column!r} in the file; its columns are {', '.join(heading)}"
    return Invalid(message, (Fault(f"/{field}", message),))


def cells(row: Sequence[str], columns: Mapping[str, tuple[int, ...]], field: str) -> list[str]:
    """What a row says of a field: the cells of its columns that say something."""
    return [row[place].strip() for place in columns.get(field, ()) if row[place].strip().casefold() not in NOTHING]


NOTHING: Final = frozenset({"", "-", "n/a", "na", "nan", "null", "none", "unknown", "?"})
"""What cells hold that say nothing."""
