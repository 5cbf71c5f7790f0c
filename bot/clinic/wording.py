"""Phrases that answers may use for the clinic's details; each stays right when a field is left out."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

from bot.clinic.hours import describe, weekly
from bot.clinic.settings import ClinicSettings
from bot.safety.resources import phrase


def phrases(settings: ClinicSettings, now: dt.datetime) -> dict[str, str]:
    """Map each placeholder of the answers to its text at `now`, an aware datetime."""
    return {
        "clinic": settings.name,
        "city": settings.city,
        "phone": settings.phone,
        "contact": f"Call the clinic at {settings.phone} or book at {settings.booking_url}.",
        "contact_sms": f"Clinic: {settings.phone}, {urlsplit(settings.website).netloc}",
        "booking_url": str(settings.booking_url),
        "privacy_notice_url": str(settings.privacy_notice_url),
        "hours": describe(settings, now),
        "weekly_hours": f"Hours: {weekly(settings)}.",
        "address": _address(settings),
        "plans": _listed(
            settings.plans_accepted,
            "The clinic works with these plans",
            "Please ask the clinic which plans it takes.",
        ),
        "forms": _listed(
            settings.forms_offered,
            "The clinic offers",
            "Please ask the clinic which forms it offers.",
        ),
        "prices": _listed(
            [f"{price.item} {price.price}" for price in settings.prices or []],
            "The clinic's prices",
            "The clinic can tell you its exact prices.",
        ),
        "payment": settings.payment_options or "Please ask the clinic about ways to pay.",
        "telehealth": _telehealth(settings.video_visits),
        "after_hours": (
            f"After hours, call {settings.after_hours_phone}."
            if settings.after_hours_phone
            else "Ask the clinic whom to call after hours."
        ),
        "cancellation": settings.cancellation_policy or "Please ask the clinic about its cancellation rules.",
        "call_911": phrase("emergency"),
        "call_988": phrase("lifeline"),
        "call_poison": phrase("poison"),
    }


def _address(settings: ClinicSettings) -> str:
    if not settings.address:
        return f"The clinic is in {settings.city}; the front desk can give you directions."
    place = _sentence(f"The clinic is at {settings.address}")
    return f"{place} {settings.directions}" if settings.directions else place


def _listed(items: list[str] | None, lead: str, otherwise: str) -> str:
    return _sentence(f"{lead}: {', '.join(items)}") if items else otherwise


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _telehealth(offered: bool | None) -> str:
    if offered is None:
        return "Please ask the clinic whether it offers video visits."
    return "The clinic offers some video visits." if offered else "The clinic does not offer video visits."
