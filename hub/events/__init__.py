"""Events: the log of committed changes read in order, and sent to whoever subscribes."""
