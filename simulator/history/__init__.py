"""The trace: its words, its lines, how they are read and documented."""
