"""Tables of people, restaurants and customers with duplicates: made up, with slips, gaps and swapped fields."""

from collections.abc import Callable
from random import Random
from typing import Final

_LETTERS: Final = "bcdfglmnprstvaeiou"
_STREETS: Final = ("Street", "Road", "Avenue", "Lane", "Drive")
_SHORT: Final = {"Street": "St", "Road": "Rd", "Avenue": "Ave", "Lane": "Ln", "Drive": "Dr"}
_CUISINES: Final = ("italian", "french", "thai", "seafood", "diner", "steakhouse")

Rows = list[list[str]]


def slip(text: str, random: Random) -> str:
    """A letter lost, doubled, changed or swapped."""
    if len(text) < 4:
        return text
    at = random.randrange(1, len(text) - 2)
    kind = random.randrange(4)
    middle = ("", text[at] * 2, random.choice(_LETTERS), text[at + 1])[kind]
    return text[:at] + middle + (text[at] + text[at + 2 :] if kind == 3 else text[at + 1 :])


def _word(random: Random, low: int = 4, high: int = 9) -> str:
    return "".join(
        random.choice(_LETTERS[11:] if i % 2 else _LETTERS[:11]) for i in range(random.randint(low, high))
    ).title()


class _Maker:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.given = [_word(self.random) for _ in range(60)]
        self.family = [_word(self.random) for _ in range(150)]
        self.streets = [f"{_word(self.random)} {self.random.choice(_STREETS)}" for _ in range(120)]
        self.cities = [(_word(self.random, 5, 9), f"{self.random.randint(1000, 9999)}") for _ in range(25)]

    def digits(self, count: int) -> str:
        """So many digits."""
        return "".join(str(self.random.randint(0, 9)) for _ in range(count))

    def table(
        self, heading: list[str], row: Callable[[], list[str]], change: Callable[[list[str]], list[str]], count: int
    ) -> Rows:
        """Rows of which a quarter come again, changed; the last column is the truth."""
        rows: Rows = []
        for number in range(count):
            first = row()
            rows.append([*first, f"c{number}"])
            for _ in range(self.random.choices((0, 1, 2), (0.75, 0.2, 0.05))[0]):
                rows.append([*change(list(first)), f"c{number}"])
        self.random.shuffle(rows)
        return [[*heading, "cluster"], *rows]


def people(seed: int, count: int) -> Rows:
    """People with their birthdays and addresses; names swapped now and then."""
    make = _Maker(seed)
    random = make.random

    def row() -> list[str]:
        city, postcode = random.choice(make.cities)
        born = f"{random.randint(1930, 2005)}{random.randint(1, 12):02}{random.randint(1, 28):02}"
        number, street = str(random.randint(1, 300)), random.choice(make.streets)
        return [random.choice(make.given), random.choice(make.family), number, street, city, postcode, born]

    def change(row: list[str]) -> list[str]:
        for place in random.sample(range(7), random.randint(1, 3)):
            row[place] = "" if random.random() < 0.25 else slip(row[place], random)
        if random.random() < 0.08:
            row[0], row[1] = row[1], row[0]
        return row

    heading = ["given_name", "surname", "street_number", "address_1", "suburb", "postcode", "date_of_birth"]
    return make.table(heading, row, change, count)


def restaurants(seed: int, count: int) -> Rows:
    """Restaurants: name, address in one, city, phone, cuisine, written by two guides in two ways."""
    make = _Maker(seed)
    random = make.random

    def row() -> list[str]:
        name = " ".join(_word(random) for _ in range(random.choice((1, 2, 2, 3))))
        address = f"{random.randint(1, 9999)} {random.choice(make.streets)}"
        phone = f"{random.choice(('212', '310', '404'))}-{make.digits(3)}-{make.digits(4)}"
        return [name, address, random.choice(make.cities)[0], phone, random.choice(_CUISINES)]

    def change(row: list[str]) -> list[str]:
        name, address, city, phone, cuisine = row
        for long, short in _SHORT.items():
            address = address.replace(long, short)
        name = random.choice([f"{name} Restaurant", f"The {name}", name, slip(name, random), f"{name} Cafe"])
        phone = random.choice([phone.replace("-", "/", 1), phone, slip(phone, random)])
        cuisine = cuisine if random.random() < 0.4 else random.choice(_CUISINES)
        return [name, random.choice([address, f"{address} between 4th and 5th"]), city, phone, cuisine]

    return make.table(["name", "addr", "city", "phone", "type"], row, change, count)


def customers(seed: int, count: int) -> Rows:
    """Customers of a firm under German headings; a call centre's number stands for many of them."""
    make = _Maker(seed)
    random = make.random

    def row() -> list[str]:
        given, family = random.choice(make.given), random.choice(make.family)
        city, postcode = random.choice(make.cities)
        phone = "+49 30 1000000" if random.random() < 0.1 else f"+49 30 {make.digits(7)}"
        email = f"{given}.{family}{random.randint(1, 99)}@example.org".lower()
        street = f"{_word(random)}straße {random.randint(1, 120)}"
        return [
            f"{given} {family}",
            email,
            phone,
            street,
            postcode,
            city,
            f"2025-{random.randint(1, 12):02}-{random.randint(1, 28):02}",
        ]

    def change(row: list[str]) -> list[str]:
        name, email, phone, street, postcode, city, date = row
        given, family = name.split()
        name = random.choice([f"{family}, {given}", f"{given[0]}. {family}", slip(name, random), name])
        email = random.choice([email, "", slip(email, random)])
        phone = random.choice([phone, "", phone.replace("+49 ", "0"), slip(phone, random)])
        return [
            name,
            email,
            phone,
            street.replace("straße", "str."),
            random.choice([postcode, ""]),
            city,
            random.choice([date, ""]),
        ]

    return make.table(["Kunde", "E-Mail", "Telefon", "Strasse", "PLZ", "Ort", "Datum"], row, change, count)


def families(seed: int, count: int) -> Rows:
    """Customers who live together: one family name, address and telephone, other first names and birthdays."""
    make = _Maker(seed)
    random = make.random
    rows: Rows = []
    for home in range(count):
        family, (city, postcode) = random.choice(make.family), random.choice(make.cities)
        street, phone = f"{_word(random)}weg {random.randint(1, 120)}", f"0221 {make.digits(6)}"
        for member, given in enumerate(random.sample(make.given, random.randint(1, 4))):
            born = f"{random.randint(1, 28)}.{random.randint(1, 12)}.{random.randint(1940, 2015)}"
            for copy in range(random.choice((1, 1, 2))):
                name = slip(family, random) if copy else family
                said = random.choice([f"{given} {name}", f"{name}, {given}"])
                known = random.choice([born, born, ""]) if copy else born
                rows.append([said, street, postcode, city, phone, known, f"{home}-{member}"])
    random.shuffle(rows)
    return [["Kunde", "Anschrift", "PLZ", "Ort", "Telefon", "Geburtstag", "cluster"], *rows]
