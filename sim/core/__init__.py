"""The compiled country: functions over one State, integers in, integers out. No names, no checks, no allocation."""
