"""What any pool does in any contraction: along the factors of a design, or over ranges of many parameters at once."""
