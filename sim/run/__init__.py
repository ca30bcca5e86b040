"""One scenario being executed: assembled, driven, remembered, checked, frozen for the screen."""
