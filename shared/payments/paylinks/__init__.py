"""Payment links: an address and a QR code under which anybody can pay a business, and the page behind it."""
