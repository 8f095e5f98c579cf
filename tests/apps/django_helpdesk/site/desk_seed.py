# mypy: ignore-errors
"""Fills an empty site: a queue that takes public tickets, one officer, and a custom field for other systems' numbers."""

import os

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402  (Django is ready only now)
from helpdesk.models import CustomField, Queue  # noqa: E402

officer, _ = get_user_model().objects.get_or_create(
    username="petugas", defaults={"email": "petugas@perumda.example", "is_staff": True, "is_superuser": True}
)
officer.set_password(os.environ["DESK_PASSWORD"])
officer.save()
Queue.objects.get_or_create(
    slug="air", defaults={"title": "Air bersih", "allow_public_submission": True, "email_address": "air@perumda.example"}
)
CustomField.objects.get_or_create(
    name="externalref",
    defaults={"label": "Nomor di sistem lain", "data_type": "varchar", "max_length": 64, "required": False, "staff_only": True},
)
