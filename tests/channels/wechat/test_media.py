"""What visitors send besides words: kept whatever type WeChat gives it, tried again when nothing comes."""

import pytest
from structlog.testing import capture_logs

from bot.channels.wechat import keeping
from tests.channels.wechat.steps import Query, conversation_of
from tests.channels.wechat.test_kinds import fetched
from tests.channels.wechat.weixin import PNG, Weixin, eventually
from tests.server.running import Site

pytestmark = pytest.mark.integration


async def path_of(query: Query) -> str:
    return f"/conversations/{await conversation_of(query)}/attachment"


@pytest.mark.parametrize(
    ("kind", "content_type", "content"),
    [
        ("image", "application/octet-stream", PNG),
        ("image", "image/svg+xml", b"<svg onload='alert(1)'/>"),
        ("image", "text/html", b"<script>alert(1)</script>"),
        ("voice", "audio/x-amr", b"#!AMR\n"),
        ("video", "video/x-msvideo", b"RIFF"),
    ],
)
async def test_attachment_is_kept_to_download_when_its_type_is_unknown(
    site: Site, weixin: Weixin, query: Query, kind: str, content_type: str, content: bytes
):
    weixin.media["m1"] = (content_type, content)
    helper = await site.staff("lin")
    with capture_logs() as logs:
        await weixin.send("o1", kind, MediaId="m1")
        response = await fetched(helper, await path_of(query))
    assert (response.status_code, response.content) == (200, content)
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    told = [entry for entry in logs if entry["event"] == "wechat_media_of_unknown_type"]
    assert [(entry["kind"], entry["content_type"]) for entry in told] == [(kind, content_type)]


async def test_attachment_is_fetched_again_when_nothing_came(site: Site, weixin: Weixin, query: Query):
    weixin.media["m1"] = ("image/png", b"")
    helper = await site.staff("lin")
    with capture_logs() as logs:
        await weixin.send("o1", "image", MediaId="m1")

        async def tried() -> bool:
            return [each["reason"] for each in logs if each["event"] == "wechat_media_later"] == [
                "no_content"
            ]

        await eventually(tried)
    assert (await helper.call("GET", await path_of(query), params={"seq": 1})).status_code == 503
    weixin.media["m1"] = ("image/png", PNG)
    await query("UPDATE wechat_media SET due_at = now()")
    response = await fetched(helper, await path_of(query))
    assert (response.content, response.headers["Content-Type"]) == (PNG, "image/png")
    assert response.headers["Content-Disposition"].startswith("inline")


@pytest.mark.parametrize("answer", [("image/png", b""), ("video/mp4", b"elsewhere")])
async def test_attachment_is_gone_and_logged_when_nothing_comes_in_the_end(
    site: Site,
    weixin: Weixin,
    query: Query,
    monkeypatch: pytest.MonkeyPatch,
    answer: tuple[str, bytes],
):
    monkeypatch.setattr(keeping, "_FETCH_ATTEMPTS", 1)
    weixin.media["m1"] = answer
    helper = await site.staff("lin")
    with capture_logs() as logs:
        await weixin.send("o1", "image", MediaId="m1")
        response = await fetched(helper, await path_of(query))
    assert response.status_code == 404
    assert [each["reason"] for each in logs if each["event"] == "wechat_media_gone"] == ["no_content"]


@pytest.mark.parametrize(("errcode", "alarm"), [(-1, False), (45009, False), (40164, True), (48001, True)])
async def test_attachment_is_fetched_in_the_end_when_wechat_refuses_for_a_while(
    site: Site, weixin: Weixin, query: Query, errcode: int, alarm: bool
):
    weixin.media["m1"] = ("image/png", PNG)
    weixin.errors["media/get"] = [errcode] * 12
    helper = await site.staff("lin")
    with capture_logs() as logs:
        await weixin.send("o1", "image", MediaId="m1")

        async def put_off() -> bool:
            return any(each["event"] == "wechat_media_later" for each in logs)

        await eventually(put_off)
    raised = [row[0] for row in await query("SELECT code FROM wechat_alarm")]
    assert raised == ([f"errcode_{errcode}"] if alarm else [])
    weixin.errors["media/get"] = []
    await site.app.ctx.wechat.sender._pause.begin(0.001)
    await query("UPDATE wechat_media SET attempts = 30, due_at = now()")
    response = await fetched(helper, await path_of(query))
    assert (response.status_code, response.content) == (200, PNG)


async def test_attachment_is_gone_when_wechat_has_kept_it_for_three_days(
    site: Site, weixin: Weixin, query: Query
):
    weixin.errors["media/get"] = [-1] * 12
    helper = await site.staff("lin")
    await weixin.send("o1", "image", MediaId="m1")
    await query("UPDATE attachment SET created_at = now() - interval '73 hours'")
    await query("UPDATE wechat_media SET due_at = now()")
    assert (await fetched(helper, await path_of(query))).status_code == 404
