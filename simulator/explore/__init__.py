"""Exhaustive exploration: every interleaving of a small world's acts, judged by the oracle."""
