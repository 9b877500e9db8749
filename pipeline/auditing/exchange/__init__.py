"""Labels and mentions in the shapes that other tools read, and back again as corrections."""
