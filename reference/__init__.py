"""A running example of the rules: the broker's side and the recipients' side."""
