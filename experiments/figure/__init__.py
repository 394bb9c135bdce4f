"""What figures are made of: one look, a caption of three lines, and panels that every question shares."""
