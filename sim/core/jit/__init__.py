"""How core functions are compiled: registered when imported, bound to a build later."""
