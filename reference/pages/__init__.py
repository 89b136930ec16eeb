"""The two programs as people see them: pages that work without scripts, German or English."""
