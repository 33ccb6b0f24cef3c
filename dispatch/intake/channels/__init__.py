"""How what is reported comes in: each message is kept once as it came, and then made into a ticket or a reply."""
