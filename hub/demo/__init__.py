"""What `simpul demo` shows: three little local apps of three kinds, run beside each other, and the story told with them."""
