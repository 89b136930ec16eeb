"""The rules of the system, pure: time, chance and ids come in as arguments."""
