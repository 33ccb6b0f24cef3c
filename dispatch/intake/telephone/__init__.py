"""A call: hold, transfer, callback, and the ticket that comes of it."""
