"""What a processor may be told, and Python cannot."""


def fetch(_column: object, _index: int) -> int:
    """Ask for the cache line of an entry that will be written soon; 0. Nothing happens but in the compiled build."""
    return 0
