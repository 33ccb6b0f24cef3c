"""Appointments as calendar files and invitations (RFC 5545, 5546), and feeds of them by revocable link."""
