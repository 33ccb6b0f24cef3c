"""The business: one room per thing people come to do."""
