"""What speaks to local apps: one folder per kind of app. Imports contracts only; no kind sees another."""
