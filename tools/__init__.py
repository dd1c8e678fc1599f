"""What developers and operators run by hand; nothing in shared/ knows it."""
