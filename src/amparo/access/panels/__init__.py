"""Give other apps' pages what access has to show."""
