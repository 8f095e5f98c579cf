"""django-helpdesk, the desk of a water company: install, start, use through its pages, stop."""
