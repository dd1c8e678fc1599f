"""What an operator does with the books: verify, export, rebuild (tools/admin_books.py)."""
