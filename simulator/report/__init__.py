"""The report of a run: one HTML file without outside resources, to attach to a ticket."""
