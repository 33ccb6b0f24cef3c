"""Slots that the plan can really keep: offered, held, confirmed, changed, cancelled."""
