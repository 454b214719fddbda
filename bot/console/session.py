"""Staff sessions over HTTP: log in, who am I, presence, log out."""

from typing import Literal

from pydantic import Field
from sanic import HTTPResponse
from sanic.response import empty
from sanic.response import json as json_response

from bot.console.throttle import LoginThrottle
from bot.helpdesk.accounts import SESSION_SECONDS
from bot.helpdesk.models import Session
from bot.web import SESSION_COOKIE, Body, Call, Route, client_address
from bot.wire import StaffOut, Wire, staff_out


class Login(Body):
    """User name and password; what no name can be is answered as any wrong one is."""

    refuses_nul = False
    username: str = Field(min_length=1, max_length=200)
    password: str = Field(min_length=1, max_length=1000)


class PresenceIn(Body):
    """What a member of staff declares."""

    status: Literal["ready", "busy", "away"]


class PresenceOut(Wire):
    """The presence now declared."""

    presence: str


class SessionOut(Wire):
    """Who is logged in, and the token that every write must carry in X-CSRF-Token."""

    staff: StaffOut
    csrf: str
    presence: str


def _session_out(session: Session) -> SessionOut:
    return SessionOut(staff=staff_out(session.staff), csrf=session.csrf, presence=session.staff.presence)


async def login(call: Call) -> HTTPResponse:
    """Log in: sets the session cookie."""
    asked: Login = call.body
    throttle = LoginThrottle(call.parts.live, client_address(call.request), asked.username)
    async with throttle.attempt():
        session = await call.parts.accounts.login(asked.username, asked.password)
    response = json_response(_session_out(session).json_object())
    _set_cookie(call, response, session.token, SESSION_SECONDS)
    return response


def _set_cookie(call: Call, response: HTTPResponse, token: str, max_age: int) -> None:
    response.add_cookie(
        SESSION_COOKIE,
        token,
        httponly=True,
        samesite="Strict",
        path="/",
        secure=call.parts.limits.secure_cookies,
        max_age=max_age,
    )


async def me(call: Call) -> SessionOut:
    """Who is logged in."""
    assert call.session is not None
    return _session_out(call.session)


async def logout(call: Call) -> HTTPResponse:
    """End the session."""
    assert call.session is not None
    await call.parts.accounts.logout(call.session.token)
    response = empty(status=204)
    _set_cookie(call, response, "", 0)
    return response


async def presence(call: Call) -> PresenceOut:
    """Declare presence."""
    staff = await call.parts.accounts.set_presence(call.staff.id, call.body.status)
    return PresenceOut(presence=staff.presence)


ROUTES = (
    Route("POST", "/api/staff/login", "public", login, "Log in", body=Login, answer=SessionOut),
    Route("GET", "/api/staff/me", "staff", me, "Who is logged in", answer=SessionOut),
    Route("POST", "/api/staff/logout", "staff", logout, "Log out", status=204),
    Route(
        "PUT",
        "/api/staff/presence",
        "staff",
        presence,
        "Declare presence",
        body=PresenceIn,
        answer=PresenceOut,
    ),
)
