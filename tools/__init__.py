"""What the project is checked and documented with."""
