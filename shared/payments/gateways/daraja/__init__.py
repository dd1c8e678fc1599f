"""Safaricom's Daraja 3.0: STK push, STK query and the payloads it calls back with."""
