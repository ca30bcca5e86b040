"""The simulator: a Linux page allocator with MTE tag storage. Knows no web and no plotting."""

__version__ = "0.1.0"
