"""What every Hesabu function shares, one room per capability (docs/architecture.md)."""
