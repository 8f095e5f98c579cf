"""What everyone agrees on: values, ports and errors. No I/O; imports nothing else of the project."""
