"""What leaves the house: mail, text and chat messages, sent from the outbox."""
