"""What others do while a task waits, as a recorded trace tells it."""
