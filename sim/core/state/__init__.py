"""What a machine is: named arrays of integers, their lengths, and the numbers that stand in them."""
