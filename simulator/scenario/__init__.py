"""The scenario file: a YAML file in the words of a trace, read with the place of every mistake."""
