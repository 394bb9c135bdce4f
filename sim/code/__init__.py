"""What code means, so that results are named by what decides them: its text is read, and nothing is run."""
