"""What a reader writes: layouts, scenarios, programs, prices, commands; checked with the kernel's reasons."""
