"""How memory becomes free: freeing, migration, reclaim, the OOM killer."""
