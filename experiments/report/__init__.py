"""What a result says to people who read: one self-contained page, and tables for a spreadsheet."""
