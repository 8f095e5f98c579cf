"""The images and what runs them: read, checked, and run without a container engine."""
