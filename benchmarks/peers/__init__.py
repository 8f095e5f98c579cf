"""What the hub is compared with: dlt in its own environment, raw inserts, and the pages alone."""
