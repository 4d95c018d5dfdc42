"""Signing in with an account elsewhere: sent to its provider, come back; connected and disconnected.

Coming back is a GET from another site, which changes nothing here: it shows a page whose form goes on. That form is sent
with the token of this browser's session, so nobody is signed in as somebody else by a link.
"""

import hmac
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from anchor_portal.domain.signing_in.providers import ClaimsRefused, Provider, Vouched
from anchor_portal.extensions import db, settings, viewer
from anchor_portal.models import Identity
from anchor_portal.models.base import now
from anchor_portal.queries.viewer import find_viewer
from anchor_portal.services.accounts.identities import IdentityRefused, connect, disconnect, find_or_connect
from anchor_portal.services.accounts.provider_talk import (
    Departure,
    ProviderShelf,
    ProviderUnavailable,
    arrive,
    depart,
    must_say_issuer,
)
from anchor_portal.services.accounts.used_once import use
from anchor_portal.web.access import open_to_all, open_to_signed_in
from anchor_portal.web.account import signing_in
from anchor_portal.web.account.sign_in import show_again
from anchor_portal.web.account.signing_in import ask_to_prove, inside, was_proved_lately
from anchor_portal.web.account.ways import end_others, find_provider, name_of
from anchor_portal.web.transactions import keep_entry

blueprint = Blueprint("providers", __name__)
WITH = "/sign-in/with/<code>"
AWAY = "away"
LONGEST_AWAY = timedelta(minutes=15)
LONGEST = 4000
"""Characters of a code that a provider sends back with somebody."""
BEGIN_AGAIN = (
    "That way back does not belong to a sign-in that was begun in this browser, or it was used already. Begin again"
)
UNAVAILABLE = 503
Page = str | Response | tuple[str, int]


@blueprint.app_context_processor
def _providers() -> dict[str, Any]:
    return {"providers": settings().providers}


def _shelf() -> ProviderShelf:
    return cast(ProviderShelf, current_app.extensions.setdefault("providers", ProviderShelf()))


def _provider_or_404(code: str) -> Provider:
    provider = find_provider(code)
    if provider is None:
        abort(404)
    return provider


def _way_back(provider: Provider) -> str:
    return settings().base_url + url_for("providers.back", code=provider.code)


@blueprint.post(WITH)
@open_to_all
def go(code: str) -> Page:
    """Send somebody to a provider, to sign in there."""
    return _go(_provider_or_404(code), 0, inside(request.form.get("next", "")))


@blueprint.post("/account/elsewhere/<code>")
@open_to_signed_in
def connect_one(code: str) -> Page:
    """Send somebody who is signed in to a provider, to connect their account there."""
    provider = _provider_or_404(code)
    if not was_proved_lately():
        return ask_to_prove(url_for("own_account.show"))
    whose = viewer().user_id
    db().rollback()  # nothing is held while a provider is asked
    return _go(provider, whose, url_for("own_account.show"))


def _go(provider: Provider, whose: int, next_address: str) -> Page:
    try:
        departure = depart(_shelf(), provider, _way_back(provider))
    except ProviderUnavailable as reason:
        return _refuse(str(reason), whose, UNAVAILABLE)
    kept = {"code": provider.code, "for": whose, "next": next_address, "at": now().timestamp()}
    session[AWAY] = kept | {name: text for name, text in asdict(departure).items() if name != "address"}
    # a page that leads on, since a form may be answered only by this portal (form-action of the policy)
    return render_template("providers/leaving.html", provider=provider, address=departure.address)


@blueprint.get(f"{WITH}/back")
@open_to_all
def back(code: str) -> Page:
    """What a provider leads back to: a page that hands on what it says, by itself or with a press."""
    provider = _provider_or_404(code)
    given = {name: request.args.get(name, "")[:LONGEST] for name in ("code", "state", "iss", "error")}
    return render_template("providers/back.html", provider=provider, given=given)


@blueprint.post(f"{WITH}/back", endpoint="arrive")
@open_to_all
def come_back(code: str) -> Page:
    """Take what the provider said, and sign in or connect whom it vouches for."""
    provider = _provider_or_404(code)
    kept: dict[str, Any] = session.pop(AWAY, {})
    whose = int(kept.get("for", 0))
    try:
        vouched = _arrive(provider, kept)  # before the database is asked: a provider may be slow
    except ProviderUnavailable as reason:
        return _refuse(str(reason), whose, UNAVAILABLE)
    except ClaimsRefused as refusal:
        keep_entry("nobody", "sign-in refused", f"an account of {provider.code}")
        return _refuse(str(refusal), whose)
    if not use(db(), f"way back {kept['state']}".encode(), now() + LONGEST_AWAY):
        return _refuse(BEGIN_AGAIN, whose)
    return _connect(provider, vouched, whose) if whose else _sign_in(provider, vouched, str(kept["next"]))


def _arrive(provider: Provider, kept: dict[str, Any]) -> Vouched:
    """Whom the provider vouches for, where the way back is that of this browser. Raises ClaimsRefused."""
    given = {name: request.form.get(name, "")[:LONGEST] for name in ("code", "state", "iss", "error")}
    is_own = kept.get("code") == provider.code and hmac.compare_digest(
        given["state"].encode(), str(kept.get("state", "")).encode()
    )
    if not is_own or abs(now() - datetime.fromtimestamp(kept["at"], UTC)) > LONGEST_AWAY:
        raise ClaimsRefused(BEGIN_AGAIN)
    if given["iss"] != provider.issuer and (
        (given["iss"] and not provider.tenants) or must_say_issuer(_shelf(), provider)
    ):
        raise ClaimsRefused(f"The answer was not {provider.name}’s. Nobody was signed in")
    if given["error"] or not given["code"]:
        raise ClaimsRefused(f"{provider.name} did not sign you in. Try again, or sign in in another way")
    departure = Departure("", kept["state"], kept["nonce"], kept["verifier"])
    return arrive(_shelf(), provider, _way_back(provider), departure, given["code"])


def _sign_in(provider: Provider, vouched: Vouched, next_address: str) -> Page:
    try:
        who = find_viewer(db(), find_or_connect(db(), provider, vouched, now()))
    except IdentityRefused as refusal:
        keep_entry("nobody", "sign-in refused", f"an account of {provider.code}")
        return show_again(str(refusal))
    if who is None:
        return show_again(f"Nobody can sign in with this account of {provider.name}")
    factor = "provider" if vouched.has_second_factor else ""
    return signing_in.begin(who, provider.code, second_factor=factor, next_address=next_address)


def _connect(provider: Provider, vouched: Vouched, whose: int) -> Page:
    """Connect for whoever began it, if they are still signed in here."""
    if not current_user.is_authenticated or viewer().user_id != whose:
        return _refuse(BEGIN_AGAIN, 0)
    try:
        connect(db(), provider, vouched, whose, now())
    except IdentityRefused as refusal:
        return _refuse(str(refusal), whose)
    flash(f"{provider.name} is connected: you can sign in with it from now on.", "success")
    return redirect(url_for("own_account.show"))


def _refuse(problem: str, whose: int, status: int = 422) -> Page:
    """Say why it led nowhere: on the sign-in page, or on one's own page where something was to be connected."""
    if not whose or not current_user.is_authenticated:
        return show_again(problem, status)
    flash(f"{problem}. Nothing was changed.")
    return redirect(url_for("own_account.show"))


@blueprint.route("/account/elsewhere/<int:identity_id>/remove", methods=["GET", "POST"])
@open_to_signed_in
def remove(identity_id: int) -> Page:
    """Ask whether an account elsewhere is to be disconnected, and disconnect it."""
    identity = db().get(Identity, identity_id) if identity_id < 2**31 else None
    if identity is None or identity.user_id != viewer().user_id:
        abort(404)
    if not was_proved_lately():
        return ask_to_prove(url_for("providers.remove", identity_id=identity_id))
    name = name_of(identity.provider)
    if request.method == "GET":
        return render_template("providers/remove.html", identity=identity, name=name)
    try:
        disconnect(db(), identity, name)
    except IdentityRefused as refusal:
        flash(f"{refusal}. Nothing was changed.")
    else:
        end_others()
        flash(f"{name} is disconnected.", "success")
    return redirect(url_for("own_account.show"))
