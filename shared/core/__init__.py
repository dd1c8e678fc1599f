"""Pure foundations: money, phones, clock, ids, errors, settings, logs. Imports nothing of ours."""
