"""Pages and the lists they hang on."""
