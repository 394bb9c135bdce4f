"""What is measured of a sample, as declared measures; each file one kind of thing that is looked at."""
