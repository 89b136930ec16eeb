"""The list of all clauses, with what covers each."""
