"""XML in and out."""

import xml.etree.ElementTree as plain

import pytest
import xmltodict
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wechat import xml
from bot.channels.wechat.errors import Refused

BOMB = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><xml><Content>&c;</Content></xml>'
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><xml><Content>&a;</Content></xml>'
BAD = [
    BOMB,
    OUTSIDE,
    '<!DOCTYPE xml SYSTEM "http://127.0.0.1:1/x.dtd"><xml/>',
    "<!DOCTYPE xml><xml><Content>x</Content></xml>",
    "",
    "not xml",
    "<xml><Content>never closed</xml>",
    "<other><Content>x</Content></other>",
    "<xml>&undefined;</xml>",
    "<xml>" + "<a>x</a>" * 300 + "</xml>",
    '<?xml version="1.0" encoding="no-such"?><xml/>',
]


@pytest.mark.parametrize("body", BAD)
def test_document_is_refused_when_it_is_malformed_or_a_bomb(body: str):
    with pytest.raises(Refused) as refusal:
        xml.read(body.encode())
    assert refusal.value.code == "bad_request"


def test_texts_are_read_by_element_name_when_nested():
    body = (
        "<xml><A><![CDATA[1 & 2]]></A><ScanCodeInfo><ScanResult>三</ScanResult></ScanCodeInfo><E></E></xml>"
    )
    assert xml.read(body.encode()) == {"A": "1 & 2", "ScanResult": "三", "E": ""}


@pytest.mark.parametrize(
    "text", ["]]>", "a]]]]>b", "]]>]]>", "<b>&amp;</b>", "\x00\x07好", "\ud800x", "第一行\n第二行"]
)
def test_reply_reads_back_as_the_same_text_when_it_has_awkward_signs(text: str):
    reply = xml.text_reply(to="o1", sender="gh", created_at=5, text=text)
    expected = "".join(sign for sign in text if sign not in "\x00\x07\ud800")
    root = plain.fromstring(reply)  # noqa: S314  (our own document)
    assert root.findtext("Content") == expected
    assert (root.findtext("MsgType"), root.findtext("CreateTime")) == ("text", "5")


@given(st.text(alphabet="]>[<!CDATA&; 你", max_size=40))
def test_cdata_survives_any_mixture_of_its_own_signs(text: str):
    assert xml.read(f"<xml><C>{xml.cdata(text)}</C></xml>".encode()).get("C") == text


def test_envelope_is_read_by_a_peer():
    sealed = xml.envelope(encrypted="abc=", signature="s", timestamp=3, nonce="n")
    assert xmltodict.parse(sealed)["xml"] == {
        "Encrypt": "abc=",
        "MsgSignature": "s",
        "TimeStamp": "3",
        "Nonce": "n",
    }
