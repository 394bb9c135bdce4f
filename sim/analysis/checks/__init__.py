"""What is doubtful in a recording, and what can therefore not be measured: one list of checks, arrays in, words out."""
