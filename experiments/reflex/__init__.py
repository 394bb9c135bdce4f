"""Reflexes of the ankle, one file for each question, its figure beside it."""
