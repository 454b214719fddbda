"""The channel's addresses: the webhook, the way between web and WeChat, and what staff look at."""

import secrets

from pydantic import Field
from sanic.response import HTTPResponse
from sanic.response import text as text_response

from bot.channels.wechat import envelope, inbound, qr, storage, wording, xml
from bot.channels.wechat.channel import Channel
from bot.channels.wechat.errors import Refused
from bot.channels.wechat.links import CODE_LIFE, SCENE
from bot.errors import HttpError
from bot.helpdesk.rules import OVERSEERS
from bot.web import Body, Call, Route, client_address, limit
from bot.wire import Moment, WechatOut, Wire

_SUCCESS = "success"
_QUERY = ("signature", "msg_signature", "timestamp", "nonce", "echostr", "encrypt_type")
_CODE_PICTURE = "https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket="


class Continue(Body):
    """The code of a link that was sent in WeChat, and the token of the conversation that is left for it."""

    code: str = Field(min_length=8, max_length=100)
    token: str | None = Field(default=None, max_length=100)


class ContinuedOut(Wire):
    """The conversation the link leads to, and a key to it."""

    conversation_id: str
    token: str


class QrOut(Wire):
    """A QR code to draw: the path of its dark squares in a square of ``size`` units, border included."""

    size: int
    path: str


class CodeOut(Wire):
    """A QR code to scan with WeChat: what it says, how to draw it, and for how many seconds it holds.

    ``picture`` is WeChat's own of it; ``code`` does the same when it is sent to ``account`` as a message.
    """

    picture: str
    url: str
    qr: QrOut
    code: str
    account: str | None
    expires_in: int


class DeliveryOut(Wire):
    """What became of one update: sent, pending or undelivered."""

    seq: int
    delivery: str


class StateOut(Wire):
    """A conversation in WeChat: what may still be sent, and what became of what was."""

    wechat: WechatOut | None
    deliveries: list[DeliveryOut]


class AlarmOut(Wire):
    """Something a person must set right."""

    code: str
    last_at: Moment
    count: int


class AccountOut(Wire):
    """The official account as administrators see it."""

    connected: bool
    alarms: list[AlarmOut]


def _channel(call: Call) -> Channel:
    channel: Channel | None = call.request.app.ctx.wechat
    if channel is None:
        raise HttpError("not_found", "There is no WeChat account here.")
    return channel


def _given(call: Call) -> dict[str, str]:
    return {name: call.request.args.get(name) or "" for name in _QUERY}


async def check(call: Call) -> HTTPResponse:
    """WeChat asks whether this address is ours."""
    channel = _channel(call)
    try:
        return text_response(envelope.check_address(channel.account, _given(call), channel.clock()))
    except Refused as refusal:
        raise HttpError(refusal.code, str(refusal)) from None


async def deliver(call: Call) -> HTTPResponse:
    """WeChat delivers a message or an event."""
    channel = _channel(call)
    try:
        letter = envelope.open_letter(channel.account, _given(call), call.request.body, channel.clock())
        it = inbound.read(letter.fields)
    except Refused as refusal:
        raise HttpError(refusal.code, str(refusal)) from None
    answer = await channel.receiver.receive(it, letter.signature)
    if not answer:
        return text_response(_SUCCESS)
    now = channel.clock()
    reply = xml.text_reply(to=it.openid, sender=it.account, created_at=int(now.timestamp()), text=answer)
    nonce, random = secrets.token_hex(8), secrets.token_hex(8).encode()
    closed = envelope.close_letter(channel.account, letter, reply, now=now, nonce=nonce, random=random)
    return text_response(closed, content_type="application/xml; charset=utf-8")


async def show_code(call: Call) -> CodeOut:
    """A QR code that goes on with this conversation in WeChat."""
    channel = _channel(call)
    await limit(call.parts, f"wechat-code:{call.visitor.id}", 10, 600)
    code = await channel.links.to_wechat(call.visitor.id)
    seconds = int(CODE_LIFE.total_seconds())
    answer = await channel.client.create_code(SCENE + code, seconds)
    ticket, url = answer.body.get("ticket"), answer.body.get("url")
    if answer.errcode != 0 or not isinstance(ticket, str) or not isinstance(url, str):
        raise HttpError("unavailable", "WeChat gives no code at the moment.")
    return CodeOut(
        picture=_CODE_PICTURE + ticket,
        url=url,
        qr=QrOut(**vars(qr.drawn(url))),
        code=wording.shown_code(code),
        account=channel.account.name or None,
        expires_in=seconds,
    )


async def go_on(call: Call) -> ContinuedOut:
    """Go on with a conversation of WeChat on the web."""
    channel = _channel(call)
    await limit(call.parts, f"continue:{client_address(call.request)}", 30, 60)
    conversation_id, token = await channel.links.open_on_web(call.body.code, call.body.token)
    return ContinuedOut(conversation_id=conversation_id, token=token)


async def state(call: Call, conversation_id: str) -> StateOut:
    """What may still be sent in WeChat, and what became of what was."""
    await call.parts.desk.conversation(conversation_id)
    windows = await call.parts.reach.windows([conversation_id])
    went = await call.parts.reach.deliveries(conversation_id, 0)
    deliveries = [DeliveryOut(seq=seq, delivery=went[seq]) for seq in sorted(went)]
    return StateOut(wechat=windows.get(conversation_id), deliveries=deliveries)


async def account(call: Call) -> AccountOut:
    """What is wrong with the official account, as far as WeChat has said so."""
    async with call.parts.database.transaction() as connection:
        found = await storage.alarms(connection)
    alarms = [AlarmOut(code=code, last_at=last_at, count=count) for code, last_at, count in found]
    return AccountOut(connected=call.request.app.ctx.wechat is not None, alarms=alarms)


_CONVERSATION = "/api/staff/conversations/<conversation_id:[0-9a-f]{32}>"

ROUTES = (
    Route("GET", "/channels/wechat", "public", check, "WeChat checks the address"),
    Route("POST", "/channels/wechat", "public", deliver, "WeChat delivers a message or an event"),
    Route(
        "POST",
        "/api/visitor/continue",
        "public",
        go_on,
        "Go on with a conversation of WeChat",
        body=Continue,
        answer=ContinuedOut,
    ),
    Route(
        "POST",
        "/api/visitor/wechat-code",
        "visitor",
        show_code,
        "A QR code to go on in WeChat",
        answer=CodeOut,
    ),
    Route("GET", f"{_CONVERSATION}/wechat", "staff", state, "The conversation in WeChat", answer=StateOut),
    Route(
        "GET",
        "/api/staff/wechat",
        "staff",
        account,
        "Alarms of the official account",
        answer=AccountOut,
        roles=OVERSEERS,
    ),
)
