"""What both sides keep on disk: SQLite files, one writer each, readers that do not wait for it."""
