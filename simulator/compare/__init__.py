"""The same scenario under several settings: what does not change, and what each setting costs."""
