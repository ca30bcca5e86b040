"""Runs and who moves them."""
