"""What a business does with its M-Pesa shortcode beside collecting: balance, QR, standing orders, bills."""
