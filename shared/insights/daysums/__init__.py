"""Sums of payments and expenses by day, so that an answer need not read every record of its period."""
