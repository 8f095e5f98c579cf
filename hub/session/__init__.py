"""Drives one connection: takes tasks from a gateway, calls the connector, reports. No SQL, Flask or Celery; all judgement is the hub's."""
