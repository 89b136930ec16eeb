"""Runs scenario files and says what came of them."""
