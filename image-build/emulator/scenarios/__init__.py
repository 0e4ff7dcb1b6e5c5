"""What is asked of a box, one story a file."""
