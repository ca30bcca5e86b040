"""From a moment to the bytes that every viewer gets."""
