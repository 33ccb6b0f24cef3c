"""Amounts as people write them. Inside, money is always an integer of minor units (cents, pesos)."""

from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision


def format_money(minor: int, currency: str, locale: str = "en") -> str:
    """An amount of minor units of an ISO 4217 currency, written for a locale: 123456, "USD" → "$1,234.56"."""
    return format_currency(Decimal(minor).scaleb(-get_currency_precision(currency)), currency, locale=locale)
