"""What is measured for operations: counters of this process, and gauges read from the database when they are asked for."""
