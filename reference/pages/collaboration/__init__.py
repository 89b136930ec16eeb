"""The pages of the collaboration, for recipients."""
