"""Three small complaint apps such as regencies and cities have made for themselves. They know nothing of the hub."""
