"""docs/api.md: its calls work as written, in the order in which a reader would make them."""

import json
import re
import shlex
from pathlib import Path
from uuid import uuid4

from starlette.testclient import TestClient

from booking.store import Store
from portal.api.problems import KINDS
from tests.booking.towns import code_in_the_letter

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
CALLS = [
    call.replace("\\\n", " ")
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.S)
    for call in re.findall(r"^curl (?:.*\\\n)*.*$", block, re.M)
]


def test_the_calls_in_the_document_book_confirm_look_up_move_and_cancel(api: TestClient, town: Store):
    town.caps = True
    known: dict[str, str] = {"API": "http://testserver/api/v1"}
    said = []
    for call in CALLS:
        answer = sent(api, filled(call, known))
        assert answer.is_success, (call, answer.text)
        said.append(answer.status_code)
        if answer.headers["content-type"] == "application/json":
            known |= {name.upper(): value for name, value in answer.json().items() if isinstance(value, str)}
        if known.get("STATE") == "unconfirmed":
            known["CODE"] = code_in_the_letter(town, known["REFERENCE"])
    assert said == [200, 201, 201, 200, 200, 200, 200, 200]
    assert known["STATE"] == "cancelled"


def test_the_document_knows_every_problem_and_no_other():
    assert {(int(status), code) for status, code in re.findall(r"^\| (\d+) \| `([\w-]+)` \|", PAGE, re.M)} == {
        (kind.status, code) for code, kind in KINDS.items()
    }


def filled(call: str, known: dict[str, str]) -> str:
    call = re.sub(r"\$\(uuidgen\)", lambda _: str(uuid4()), call)
    return re.sub(r"'?\$([A-Z]+)'?", lambda name: known[name[1]], call)


def sent(api: TestClient, call: str):
    _curl, address, *options = shlex.split(call)
    given = list(zip(options[::2], options[1::2], strict=True))
    headers = dict(value.split(": ", 1) for option, value in given if option == "-H")
    body = [json.loads(value) for option, value in given if option == "-d"]
    return api.post(address, json=body[0], headers=headers) if body else api.get(address, headers=headers)
