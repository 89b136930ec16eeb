"""A typed client of the API, which can write down what it did and saw as a trace."""
