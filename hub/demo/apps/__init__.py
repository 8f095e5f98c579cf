"""Two small complaint apps such as regencies have made for themselves. They know nothing of the hub."""
