"""From declarations to a Program: text to functions, tables to arrays, protocols to commands."""
