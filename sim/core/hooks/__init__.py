"""What a machine remembers, charges and explains while it works."""
