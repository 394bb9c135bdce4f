"""One cell = one Model."""
