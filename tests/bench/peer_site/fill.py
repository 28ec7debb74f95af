"""The same town in the other program: ten staff, one service of twenty minutes, Monday to Friday from nine to five, and bookings.

Prints JSON: the sessions of 32 clients who are signed in, the service, and the staff.
"""

# pyright: reportMissingImports=false
import json
import os
import random
import sys
from datetime import date, datetime, time, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peer_site.settings")
django.setup()

from appointment.models import Appointment, AppointmentRequest, Config, Service, StaffMember, WorkingHours  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402

TWENTY = timedelta(minutes=20)
MINUTES = range(9 * 60, 17 * 60, 20)


def main(first: date, last: date, bookings: int, clients: int) -> None:
    for its_own in (False, True):  # it ships without migrations, and its tables refer to Django's
        call_command("migrate", run_syncdb=its_own, verbosity=0)
    Config.objects.create(slot_duration=20, lead_time=time(9), finish_time=time(17), appointment_buffer_time=0)
    service = Service.objects.create(name="Parking permit", duration=TWENTY, price=0)
    staff = [_clerk(service, number) for number in range(10)]
    _book(service, staff, first, last, bookings)
    sessions = [_signed_in(number) for number in range(clients)]
    print(json.dumps({"sessions": sessions, "service": service.id, "staff": [each.id for each in staff]}))


def _clerk(service, number: int):
    clerk = StaffMember.objects.create(user=get_user_model().objects.create_user(f"clerk{number}"), slot_duration=20)
    clerk.services_offered.add(service)
    for day in range(1, 6):
        WorkingHours.objects.create(staff_member=clerk, day_of_week=day, start_time=time(9), end_time=time(17))
    return clerk


def _book(service, staff, first: date, last: date, bookings: int) -> None:
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    every = [(each, day, minute) for each in staff for day in days if day.weekday() < 5 for minute in MINUTES]
    somebody = get_user_model().objects.create_user("somebody")
    asked = [_request(service, number, *place) for number, place in enumerate(random.Random(5).sample(every, bookings))]
    AppointmentRequest.objects.bulk_create(asked)
    Appointment.objects.bulk_create([Appointment(client=somebody, appointment_request=each, amount_to_pay=0) for each in asked])


def _request(service, number: int, clerk, day: date, minute: int):
    start = datetime.combine(day, time(minute // 60, minute % 60))
    return AppointmentRequest(
        date=day,
        start_time=start.time(),
        end_time=(start + TWENTY).time(),
        service=service,
        staff_member=clerk,
        id_request=f"filled-{number}",
    )


def _signed_in(number: int) -> str:
    user = get_user_model().objects.create_user(f"client{number}", email=f"client-{number}@example.org")
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key


if __name__ == "__main__":
    main(date.fromisoformat(sys.argv[1]), date.fromisoformat(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
