"""Messages of ours on their way out: as e-mail, as text message or chat over a gateway, or kept to be read."""
