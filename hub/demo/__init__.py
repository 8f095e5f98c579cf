"""What `simpul demo` shows: two home-made local apps, run beside each other, and the story told with them."""
