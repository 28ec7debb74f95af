"""What no schema can say about a town's promises: each can be served where and how it says, by people who exist."""

from collections.abc import Iterator

from booking.slots import MOST_COUNTERS
from booking.town.desks import Offer
from booking.town.document import Thing, items, minutes_of, part, things, values
from booking.town.places import said, shown
from booking.town.positions import Place
from booking.town.schema import Objection
from booking.town.staffing import too_few_people

DAY = 1440


def offer_objections(document: Thing, sound: Thing) -> Iterator[Objection]:
    offer = Offer(sound)
    for check in (_never_open, _crowded, too_few_people, _numbers, _ways, _places):
        for place, predicate in check(offer):
            yield place, said(document, place, predicate)


def _never_open(offer: Offer) -> Iterator[Objection]:
    for desk in offer.desks:
        if not desk.rules and desk.counter.get("location") is not None:
            yield desk.place, "is never open: neither it nor its location has openings."


def _numbers(offer: Offer) -> Iterator[Objection]:
    for place, service in things(offer.sound, "services"):
        horizon = minutes_of(service.get("horizon"))
        for key in ("notice", "cancel_until"):
            length = minutes_of(service.get(key))
            if length and horizon is not None and length > max(horizon, DAY):
                yield (
                    (*place, key),
                    f"is {service[key]}, which is beyond the horizon of {service['horizon']}: nobody could ever do it.",
                )
        if service.get("extra_person_minutes") and (service.get("max_people") or 1) == 1:
            yield (*place, "extra_person_minutes"), "is set, but max_people is 1: raise max_people or leave it out."


def _ways(offer: Offer) -> Iterator[Objection]:
    """Modes: each is one of the channels, has the address it needs, and a counter somewhere."""
    has_video = part(offer.sound, "town").get("video_address") is not None
    for place, service in offer.services():
        locations = offer.locations_of(service)
        for where, mode in items(service, "modes", place):
            if mode not in values(service, "channels"):
                yield where, f"{shown(mode)} isn't among its channels: add it there, so that people are told."
            if mode == "video" and not has_video:
                yield where, "is video, but the town has no video_address."
            if locations and not any(offer.serving(service, location, [mode]) for location in locations):
                skill = shown(service["skill"])
                yield where, f"{shown(mode)} is served nowhere: no counter at its locations does {skill} in that way."


def _places(offer: Offer) -> Iterator[Objection]:
    """Locations: at each, some counter can serve the service, in time, and not only the desk."""
    for place, service in offer.services():
        for where, location in items(service, "locations", place):
            if location not in offer.locations_of(service):
                continue
            desks = offer.serving(service, location, values(service, "modes"))
            if desks:
                yield from _too_long(place, service, location, offer.longest_opening(desks))
            else:
                yield where, f"{shown(location)} {_why_not(offer, service, location)}."
        yield from _all_kept(place, service, offer)


def _why_not(offer: Offer, service: Thing, location: str) -> str:
    skill = shown(service["skill"])
    there = [desk for desk in offer.desks_at(location) if service["skill"] in values(desk.counter, "skills")]
    if not there:
        return f"has no counter with the skill {skill}"
    if not any(set(values(service, "modes")) & set(values(desk.counter, "modes")) for desk in there):
        return f"has counters with the skill {skill}, but none for {' or '.join(values(service, 'modes'))}"
    if not any(desk.rules for desk in there):
        return f"has counters with the skill {skill}, but they are never open"
    return f"has counters with the skill {skill}, but nobody who works there has it"


def _too_long(place: Place, service: Thing, location: str, longest: int) -> Iterator[Objection]:
    minutes, people = service.get("minutes") or 0, service.get("max_people") or 1
    most = minutes + (people - 1) * (service.get("extra_person_minutes") or 0)
    but = f"but the longest opening at {shown(location)} where it is served has {longest}."
    if minutes > longest:
        yield (*place, "minutes"), f"is {minutes}, {but}"
    elif most > longest:
        yield (*place, "max_people"), f"is {people}, who need {most} minutes, {but}"
    if (service.get("step") or 0) > longest:
        yield (*place, "step"), f"is {service['step']}, {but}"


def _all_kept(place: Place, service: Thing, offer: Offer) -> Iterator[Objection]:
    """Where so many places are kept for the desk that none is ever left to book online, in a way that is served there."""
    kept = service.get("desk_places") or 0
    for location in offer.locations_of(service) if kept else ():
        for mode in values(service, "modes"):
            most = offer.most_open_at_once(offer.serving(service, location, [mode]))
            if 0 < most <= kept:
                counters = "1 counter" if most == 1 else f"{most} counters"
                yield (
                    (*place, "desk_places"),
                    f"is {kept}, but {counters} at most can serve it at {shown(location)} at one time ({mode}): "
                    "none is left to book online.",
                )
                return


def _crowded(offer: Offer) -> Iterator[Objection]:
    for location in offer.locations():
        for desk in offer.desks_at(location)[MOST_COUNTERS : MOST_COUNTERS + 1]:
            yield (
                (*desk.place, "location"),
                f"is {shown(location)}, which has {MOST_COUNTERS} counters already, and that is the most.",
            )
