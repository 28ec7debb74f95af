"""The town's book: every promise of counter time. It knows no screen and no language.

The words, as a clerk would use them:

town          one municipality, described by one file; one database holds one town
topic         a group of services, as residents look for them
service       what a resident comes for: so many minutes, for somebody with a certain skill
location      a house where the town receives people, in its own time zone
counter       a desk there, or a room with a screen; it has skills and modes
staff member  somebody who serves at counters what their skills allow
skill         what it takes to serve a service
mode          how a visit happens: in person, by video, by telephone
channel       how a resident reaches us, to book or to be served: online, in person, telephone, video, kiosk
opening       a span of time in which a counter receives people, written as wall-clock rules
closure       a span in which a town, a location or a counter doesn't
absence       a span in which a staff member isn't there
notice        how long beforehand a visit must be booked (and, on the home page, what the town wants everybody to know)
horizon       how far ahead it can be
buffer        counter time kept free before and after a visit
visit         what somebody wants to come for: services, location, mode, people
start         an instant at which a visit could begin; free when it can be booked at this moment
place         one counter that could serve a start, perhaps once others sit elsewhere; some are kept for the desk
page          what has been promised at one location; opened, it is locked until the transaction ends
seat          counter time given to a hold or to an appointment, buffers included; which counter may change until somebody is told
hold          a start kept for ten minutes for somebody who is filling in the form
appointment   a promise of counter time to a resident
reference     the name of an appointment, that can be read out; its key proves whose it is
deed          one call of a verb under one idempotency key
audit record  who did what and who saw what: entries are added, never changed; an anchor says what its end was on one day
refusal       why something can't be: a fact with a code (errors.py)

The verbs: hold, extend, release, book, look up, move, cancel. They are synchronous functions on a Session, take `now`, and
count in UTC.

Start reading at `appointments.py`; `seats.py` has the two guards against double booking, `slots.py` the rules of free time.
"""
