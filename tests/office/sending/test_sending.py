"""Text messages: what they may say, that none goes twice, what a gateway's answers lead to, and who gets none."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
import threading
import urllib.error
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from bangfu.office.audit.api import Entry
from bangfu.office.pages.refusals import Invalid, OutOfReach
from bangfu.office.sending import actions, api
from bangfu.office.sending.gateways import (
    Gateway,
    GatewayError,
    HttpGateway,
    MasGateway,
    Receipt,
    Recorder,
    gateway,
)
from bangfu.office.sending.models import Message
from bangfu.office.sending.templates import TEMPLATES, text_of

pytestmark = pytest.mark.django_db
PHONE = "13900000001"


class Scripted:
    """A gateway that answers as it was told, and remembers what it was given."""

    name = "scripted"

    def __init__(self, *outcomes: str) -> None:
        self.outcomes, self.sent = list(outcomes), []

    def send(self, phone: str, text: str, reference: str) -> Receipt:
        self.sent.append((phone, text, reference))
        return Receipt(self.outcomes.pop(0), "r1")


def queue(cast, registered, key="case:1/1/accepted", template="accepted", **more):
    """A message to 赵大's household."""
    return api.queue(
        actor=cast.actor("township"), household=registered.east, template=template, reference="GA2026-000001", key=key,
        office="东乡便民服务中心", **more,
    )  # fmt: skip


# -- what a message may say -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("own", [True, False])
def test_a_message_says_the_case_and_nothing_of_help_health_money_or_persons(template, own):
    text = text_of(template, own=own, reference="GA2026-000001", office="东乡便民服务中心")
    assert text.startswith("【东乡便民服务中心】您的申请" if own else "【东乡便民服务中心】您户的事项")
    assert "编号GA2026-000001" in text
    assert not re.search(r"\d{7,}|[元￥¥]|病|残|低保|特困|救助|身份证|账号", text)
    assert len(text) <= 140


def test_no_telephone_stands_in_the_row_or_in_the_log_or_in_what_is_logged(cast, registered, caplog):
    caplog.set_level(logging.DEBUG)
    made = queue(cast, registered)
    way = Scripted("again", "sent")
    api.send_one(made.pk, way)
    Message.objects.update(next_at=timezone.now())
    api.send_one(made.pk, way)
    row = Message.objects.values().get()
    assert way.sent[0][0] == PHONE
    assert row["masked"] == "139****0001"
    assert PHONE not in repr(row)
    entries = list(Entry.objects.filter(kind__startswith="sending.").order_by("pk"))
    assert [one.kind for one in entries] == [
        "sending.queued", "sending.tried", "sending.ended", "sending.tried", "sending.ended",
    ]  # fmt: skip
    assert PHONE not in repr([(one.before, one.after, one.subject_id) for one in entries])
    assert PHONE not in caplog.text


# -- who gets none --------------------------------------------------------------------------------------------------


def test_without_a_mobile_number_nothing_is_sent_and_the_page_says_so(cast, registered, client_of):
    registered.east.phone_sealed = None
    registered.east.save()
    made = queue(cast, registered)
    assert made.state == "no_phone"
    assert "没有手机号" in client_of("township").get("/messages/").content.decode()
    registered.east.phone_sealed = registered.east.key.seal("phone", "0991-1234567")
    registered.east.save()
    other, way = queue(cast, registered, key="k2"), Scripted()
    assert api.send_one(other.pk, way) is None
    assert (Message.objects.get(pk=other.pk).state, way.sent) == ("no_phone", [])


def test_who_wants_no_messages_gets_none_not_even_those_that_wait(cast, registered):
    waiting, way = queue(cast, registered), Scripted()
    api.opt_out(actor=cast.actor("village"), household=registered.east.number)
    with pytest.raises(Invalid, match="本户已登记不接收短信"):
        api.opt_out(actor=cast.actor("village"), household=registered.east.number)
    assert queue(cast, registered, key="k2").state == "opted_out"
    assert api.send_one(waiting.pk, way) is None
    assert (Message.objects.get(pk=waiting.pk).state, way.sent) == ("opted_out", [])
    with pytest.raises(OutOfReach):
        api.opt_in(actor=cast.actor("elsewhere"), household=api.OptOut.objects.get().pk)
    api.opt_in(actor=cast.actor("village"), household=api.OptOut.objects.get().pk)
    assert queue(cast, registered, key="k3").state == "queued"


def test_who_is_erased_gets_nothing_more(cast, registered):
    from bangfu.office.sending.erasing import erase

    made, way = queue(cast, registered), Scripted()
    erase(registered.east)
    assert api.send_one(made.pk, way) is None
    assert Message.objects.values_list("text", "masked").get() == ("", "")


# -- once and only once ---------------------------------------------------------------------------------------------


def test_the_same_is_queued_once_and_sent_once(cast, registered):
    made = queue(cast, registered)
    assert queue(cast, registered) is None
    way = Scripted("sent")
    assert api.send_one(made.pk, way).state == "sent"
    assert api.send_one(made.pk, way) is None
    assert len(way.sent) == 1


def test_two_workers_do_not_send_the_same(cast, registered):
    made = queue(cast, registered)
    assert actions.claim(made.pk) is not None
    assert actions.claim(made.pk) is None


def test_what_a_killed_worker_left_is_unclear_and_not_sent_again_by_itself(cast, registered):
    made = queue(cast, registered)
    actions.claim(made.pk)
    api.recover()
    assert Message.objects.get().state == "sending"
    Message.objects.update(changed_at=timezone.now() - timedelta(hours=1))
    api.recover()
    assert Message.objects.get().state == "unclear"
    assert api.send_one(made.pk, Scripted()) is None
    with pytest.raises(OutOfReach):
        api.send_again(actor=cast.actor("elsewhere"), message=made.pk)
    api.send_again(actor=cast.actor("township"), message=made.pk)
    assert api.send_one(made.pk, Scripted("sent")).state == "sent"
    with pytest.raises(Invalid, match="这条短信不能重新发送"):
        api.send_again(actor=cast.actor("township"), message=made.pk)


def test_it_waits_longer_after_each_failure_and_gives_up_in_the_end(cast, registered):
    made, way, pauses = queue(cast, registered), Scripted(*["again"] * 9), []
    for _try in range(9):
        before = timezone.now()
        row = api.send_one(made.pk, way)
        if row is None or row.state != "queued":
            break
        pauses.append(round((row.next_at - before).total_seconds() / 60))
        Message.objects.update(next_at=timezone.now())
    assert pauses == [2, 10, 60, 360]
    assert (Message.objects.get().state, len(way.sent)) == ("failed", 5)


@given(st.lists(st.sampled_from(["sent", "recorded", "failed", "again", "unclear", "odd"]), min_size=6, max_size=9))
def test_whatever_a_gateway_answers_a_message_is_tried_five_times_at_most_and_then_ends(outcomes):
    tries, state = 0, "queued"
    while state == "queued":
        tries += 1
        state, pause = actions.after(outcomes[tries - 1], tries)
        assert (pause is not None) == (state == "queued")
    assert tries <= actions.MOST_TRIES
    assert "again" not in outcomes[tries - 1 : tries] or tries == actions.MOST_TRIES
    assert set(outcomes[: tries - 1]) <= {"again"}


# -- gateways -------------------------------------------------------------------------------------------------------


def test_a_gateway_that_is_not_set_up_says_which_setting_is_missing(cast, registered, settings):
    settings.BANGFU_SMS_GATEWAY = "mas"
    with pytest.raises(GatewayError, match=r"^BANGFU_SMS_URL: 短信通道 mas 需要它"):
        gateway()
    settings.BANGFU_SMS_GATEWAY, settings.BANGFU_SMS_URL = "http", "https://sms.example/send"
    settings.BANGFU_SMS_SECRET_FILE = "/nowhere/secret"
    with pytest.raises(GatewayError, match=r"^BANGFU_SMS_SECRET_FILE: 读不到这个文件"):
        gateway()
    made = queue(cast, registered)
    assert api.send_one(made.pk).state == "failed"
    assert Message.objects.get().error.startswith("BANGFU_SMS_SECRET_FILE")
    settings.BANGFU_SMS_GATEWAY = "recorder"
    assert isinstance(gateway(), Recorder)
    assert api.send_one(queue(cast, registered, key="k2").pk).state == "recorded"


def test_the_body_of_the_cloud_mas_is_what_its_description_says():
    way = MasGateway("http://mas.example/sms/norsubmit", "ap1", "s3cret", "某县民政局", "SiGn")
    fields = json.loads(base64.b64decode(way.body(PHONE, "您好")))
    joined = "某县民政局" + "ap1" + "s3cret" + PHONE + "您好" + "SiGn" + ""
    assert fields == {
        "ecName": "某县民政局", "apId": "ap1", "mobiles": PHONE, "content": "您好", "sign": "SiGn", "addSerial": "",
        "mac": hashlib.md5(joined.encode()).hexdigest(),
    }  # fmt: skip
    assert "s3cret" not in json.dumps(fields)


@pytest.mark.parametrize(
    ("status", "answer", "expected"),
    [
        (200, b'{"msgGroup": "0901", "rspcod": "success", "success": true}', Receipt("sent", "0901")),
        (
            200,
            b'{"msgGroup": "", "rspcod": "InvalidUsrOrPwd", "success": false}',
            Receipt("failed", error="InvalidUsrOrPwd"),
        ),
        (200, b'{"rspcod": "IllegalMac", "success": false}', Receipt("failed", error="IllegalMac")),
        (200, b"<html>", Receipt("again", error="no answer")),
        (503, b"", Receipt("again", error="http 503")),
        (302, b"", Receipt("failed", error="http 302")),
    ],
)
def test_what_the_cloud_mas_answers(status, answer, expected):
    way = MasGateway("http://mas.example/", "ap1", "s", "e", "n", lambda *_all: (status, answer))
    assert way.send(PHONE, "x", "r") == expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (urllib.error.URLError(ConnectionRefusedError()), Receipt("again", error="no connection")),
        (urllib.error.URLError(TimeoutError()), Receipt("unclear", error="timeout")),
        (TimeoutError(), Receipt("unclear", error="timeout")),
        (ConnectionResetError(), Receipt("unclear", error="connection lost")),
    ],
)
def test_what_may_have_gone_is_not_sent_again_by_itself(error, expected):
    def fail(*_all):
        raise error

    assert HttpGateway("http://x.example/", "", "", "{}", fail).send(PHONE, "x", "r") == expected


def test_a_text_cannot_become_json_of_the_body():
    seen = {}

    def take(url, body, headers):
        seen.update(body=json.loads(body), headers=headers)
        return 200, b'{"id": 7}'

    way = HttpGateway(
        "http://x.example/", "acc", "s3cret", '{"to": ["{phone}"], "msg": {"t": "{text}"}, "u": "{account}"}', take
    )
    assert way.send(PHONE, '","evil":"', "r1") == Receipt("sent", "7")
    assert seen["body"] == {"to": [PHONE], "msg": {"t": '","evil":"'}, "u": "acc"}
    assert seen["headers"]["Authorization"] == "Bearer s3cret"
    with pytest.raises(GatewayError, match="BANGFU_SMS_BODY"):
        HttpGateway("http://x.example/", "", "", "{", take)


@pytest.fixture
def server():
    """A gateway on this machine: `answers` are given in turn, `asked` is what came."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.server.asked.append(self.rfile.read(int(self.headers["Content-Length"])))
            status, headers, body = self.server.answers.pop(0)
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args):
            pass

    made = HTTPServer(("127.0.0.1", 0), Handler)
    made.asked, made.answers = [], []
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()


def test_over_a_real_connection_a_message_is_sent_and_no_redirect_is_followed(
    cast, registered, server, settings, tmp_path
):
    here = f"http://127.0.0.1:{server.server_port}"
    secret = tmp_path / "secret"
    secret.write_text("w0rd\n", encoding="ascii")
    settings.BANGFU_SMS_GATEWAY, settings.BANGFU_SMS_URL = "http", f"{here}/send"
    settings.BANGFU_SMS_SECRET_FILE = str(secret)
    server.answers = [(500, [], b""), (302, [("Location", f"{here}/elsewhere")], b""), (200, [], b'{"id": "m1"}')]
    first = queue(cast, registered)
    assert (api.send_one(first.pk).state, Message.objects.get().error) == ("queued", "http 500")
    Message.objects.update(next_at=timezone.now())
    assert (api.send_one(first.pk).state, Message.objects.get().error) == ("failed", "http 302")
    second = queue(cast, registered, key="k2")
    done = api.send_one(second.pk)
    assert (done.state, done.receipt, done.gateway) == ("sent", "m1", "http")
    assert len(server.asked) == 3
    assert json.loads(server.asked[2]) == {"phone": PHONE, "text": second.text, "id": f"bangfu-{second.pk}"}


def test_every_gateway_fits():
    ways: list[Gateway] = [Recorder(), HttpGateway("http://x.example", "", "", "{}"), MasGateway("", "", "", "", "")]
    assert [way.name for way in ways] == ["recorder", "http", "mas"]


# -- what a case tells ----------------------------------------------------------------------------------------------


def test_a_case_tells_when_it_is_accepted_and_suspended_for_papers(cast, registered):
    from bangfu.office.casework.api import Brought, Case, Move, act, open_case

    def paper():
        return Brought(paper="柜", dated=timezone.localdate())

    case = open_case(actor=cast.actor("village"), household=registered.east.number, procedure="dibao")

    def do(who, move):
        act(actor=cast.actor(who), case=case.pk, move=move, expected=Case.objects.get(pk=case.pk).version)

    do("village", Move("step_done", "apply", "filed", things={"application": paper(), "promise": paper()}))
    assert not Message.objects.exists()
    answers = {"near_relative": "no", "reported": "no"}
    do("township", Move("step_done", "accept", "accepted", things={"receipt": Brought()}, verdicts=answers))
    do("township", Move("suspended", "authorisation_missing", things={"suspension_letter": Brought()}))
    rows = list(Message.objects.order_by("pk").values_list("template", "reference", "text"))
    assert [row[0] for row in rows] == ["accepted", "missing"]
    assert (
        rows[1][2]
        == f"【东乡便民服务中心】您的申请（编号{case.number}）因缺少材料暂停办理，请按告知书补交；收到后立即恢复办理。咨询东乡便民服务中心。"
    )


def test_the_page_shows_one_s_own_area_with_masked_numbers(cast, registered, client_of):
    made = queue(cast, registered)
    api.send_one(made.pk, Scripted("failed"))
    text = client_of("township").get("/messages/").content.decode()
    assert "139****0001" in text
    assert PHONE not in text
    assert "重新发送" in text
    assert "GA2026-000001" not in client_of("elsewhere").get("/messages/").content.decode()
    assert client_of("elsewhere").post(f"/messages/{made.pk}/again/").status_code == 404
    assert client_of("township").post(f"/messages/{made.pk}/again/").status_code == 302
    assert Message.objects.get().state == "queued"


def test_the_list_asks_the_database_no_more_when_there_is_more(
    cast, registered, client_of, django_assert_max_num_queries
):
    for n in range(20):
        queue(cast, registered, key=f"k{n}")
    client = client_of("township")
    client.get("/messages/")
    with django_assert_max_num_queries(12):
        assert client.get("/messages/").content.decode().count("<details>") == 20
