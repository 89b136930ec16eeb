"""What an operation of the API is, and how it is answered; the same for both sides."""
