"""E-mail coming in: read by RFC 5322, threaded, told apart from what machines write; from a folder or a mailbox."""
