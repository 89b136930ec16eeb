"""Requests that nobody would think of: each is answered as the description says."""

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.server.processes import served

#: What the description cannot say: which texts are blank, which addresses malformed, …
RULES_DECIDE = [positive_data_acceptance]
#: What would end the test itself, or change who it is.
LEFT_OUT = {"end_my_sessions", "end_my_caseworker_sessions", "log_out", "log_out_caseworker"}
EXAMPLES = 3


def prepared(server):
    """Give the tokens of everybody, in a world where something is."""
    anna = server.caseworker()
    server.ask("POST", "/api/mvp/cases", {"case": 53, "subject": "Kfz"}, anna)
    send = {"text": "Hallo", "expects": "reply", "to": ["k@example.org"], "message": "m1"}
    server.ask("POST", "/api/mvp/cases/53/messages", send, anna)
    while not (mails := server.ask("GET", "/mails").json["mails"]):
        pass  # it is under way
    body = next(each["body"] for each in mails if each["event"] == "registration")
    token = body.partition("token=")[2].split()[0]
    kunde = {"address": "k@example.org", "password": "richtig lang genug"}
    server.ask(
        "POST",
        "/api/collaboration/registration",
        {"token": token, "password": kunde["password"]},
        None,
    )
    begun = server.ask("POST", "/api/collaboration/session", kunde, None)
    return {
        "operator": server.token,
        "caseworker": anna,
        "recipient": begun.json["token"],
        "nobody": None,
    }


@pytest.mark.parametrize("who", ["operator", "caseworker", "recipient"])
def test_every_request_is_answered_as_described(tmp_path, who):
    with served(tmp_path / "data") as server, requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {prepared(server)[who]}"
        schema = schemathesis.openapi.from_url(f"{server.url}/openapi.json")
        wrong = []
        asked = 0
        for found in schema.get_all_operations():
            operation = found.ok()
            described = operation.definition.raw
            if described["operationId"] in LEFT_OUT or not concerns(who, described["security"]):
                continue
            asked += 1
            for mode in GenerationMode:
                try:
                    attack(operation.as_strategy(generation_mode=mode), session)
                except Unsatisfiable:
                    pass  # there is nothing that could be wrong
                except FailureGroup as group:
                    wrong += [
                        f"{operation.label} {mode.value}: {each}" for each in group.exceptions
                    ]
        assert not wrong, "\n\n".join(wrong)
        assert asked > 5


def concerns(who, security):
    """Tell whether an operation is for somebody; what is for all is asked once."""
    schemes = {name for each in security for name in each}
    return f"{who}_token" in schemes or (who == "operator" and not schemes)


def attack(strategy, session):
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def ask(case):
        answer = case.call(session=session)
        case.validate_response(answer, excluded_checks=RULES_DECIDE)

    ask()
