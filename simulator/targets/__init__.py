"""What acts are done to and observations are made of."""
