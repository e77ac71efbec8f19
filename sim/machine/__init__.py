"""What makes the model fast and repeatable: compiled code, luck by address, exp and log of our own. No economics."""
