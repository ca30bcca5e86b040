"""All live runs, and what goes out of them to every viewer."""
