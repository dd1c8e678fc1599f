"""Statements as evidence: files of M-Pesa and of banks become lines, and each line is booked once."""
