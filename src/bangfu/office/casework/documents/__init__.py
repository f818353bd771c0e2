"""What is printed: letters and notices."""
