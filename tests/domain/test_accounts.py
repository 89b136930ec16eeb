from datetime import timedelta

import pytest
from attrs import evolve

from reference.domain.accounts import (
    Account,
    Link,
    announce,
    caseworker_account,
    register,
    request_link,
    role_of,
    set_template,
    standing_of,
)
from reference.domain.facts import (
    AccountCreated,
    AccountRegistered,
    LinkIssued,
    Mail,
    MessageReceived,
)
from reference.domain.refusals import Refusal
from reference.domain.rules import Template
from reference.domain.words import CloudRole, MailEvent, Standing
from tests.domain.notation import NOON, REPLY, RULES, K, ok, refused

WEEK = timedelta(days=7)
LINKED = RULES.templates[MailEvent.REGISTRATION]
RECEIVED = MessageReceived(53, K, "m1", "secret text", REPLY, ("secret.pdf", "plan.pdf"))
NOTICE = Mail(
    K,
    MailEvent.NEW_MESSAGE,
    "m1",
    f"new_message.m1.{K}",
    "Neue Nachricht am Vorgang 53",
    f"Guten Tag,\n\nim Vorgang 53 wartet eine Nachricht für {K}.\n"
    "Bitte melden Sie sich an, um sie zu lesen: https://portal.example\n",
    None,
)
REGISTRATION = Mail(
    K,
    MailEvent.REGISTRATION,
    None,
    f"registration.628b49d96dcde97a.{K}",
    "Ihre Registrierung",
    f"Guten Tag,\n\nfür {K} wurde ein Konto angelegt.\nBitte vergeben Sie hier ein Kennwort: t1\n",
    "t1",
)


def told(account, templates=RULES.templates):
    return ok(announce(account, RECEIVED, "t1", NOON, RULES, templates.__getitem__))


def test_an_unknown_address_gets_an_account_a_registration_mail_and_the_notice():
    decision = told(None)
    assert decision.state == Account(K, link=Link("t1", NOON + WEEK))
    assert decision.facts == (AccountCreated(K), LinkIssued(K, "t1", NOON + WEEK))
    assert decision.envelopes == ()
    assert decision.mails == (REGISTRATION, NOTICE)


@pytest.mark.parametrize(
    "account",
    [
        Account(K),
        Account(K, registered=True),
        Account(K, registered=True, caseworker=True),
    ],
)
def test_a_known_address_gets_the_notice_only(account):
    decision = told(account)
    assert decision.state is account
    assert decision.facts == ()
    assert decision.mails == (NOTICE,)


def test_no_mail_carries_content():
    for mail in told(None).mails:
        assert "secret" not in mail.subject + mail.body


def test_the_notice_can_be_switched_off():
    templates = set_template(RULES.templates, "new_message", Template("", "", False), RULES)
    assert told(Account(K), templates).mails == ()
    assert told(None, templates).mails == (REGISTRATION,)


def test_the_wording_of_a_mail_can_be_changed():
    template = Template("Post: $case", "$recipient, 5 $ fee")
    templates = set_template(RULES.templates, "new_message", template, RULES)
    (mail,) = told(Account(K), templates).mails
    assert (mail.subject, mail.body) == ("Post: 53", f"{K}, 5 $ fee")
    assert RULES.templates[MailEvent.NEW_MESSAGE] != template


def test_signs_that_are_no_field_stand_in_a_mail_as_they_were_written():
    template = Template("5 $ for $case", "100 % for $recipient, not %s or 100 %%")
    templates = set_template(RULES.templates, "new_message", template, RULES)
    (mail,) = told(Account(K), templates).mails
    assert (mail.subject, mail.body) == ("5 $ for 53", f"100 % for {K}, not %s or 100 %%")


def test_a_field_without_a_value_is_left_blank():
    template = Template("", "[$case][$text][$documents]")
    decision = ok(request_link(Account(K), "t2", NOON, RULES, template))
    assert decision.mails[0].body == "[][][]"
    template = Template("", "[$nothing][$link][$documents][$text]")
    templates = {**RULES.templates, MailEvent.NEW_MESSAGE: template}
    assert told(Account(K), templates).mails[0].body == "[][][secret.pdf, plan.pdf][secret text]"


@pytest.mark.parametrize(
    ("event", "template", "refusal"),
    [
        ("birthday", Template("", ""), Refusal.UNKNOWN_MAIL_EVENT),
        ("new_message", Template("", "$text"), Refusal.TEMPLATE_FIELD),
        ("new_message", Template("$documents", ""), Refusal.TEMPLATE_FIELD),
        ("new_message", Template("", "$link"), Refusal.TEMPLATE_FIELD),
        ("registration", Template("", "$case"), Refusal.TEMPLATE_FIELD),
    ],
)
def test_a_template_with_an_unknown_field_or_content_is_refused(event, template, refusal):
    refused(set_template(RULES.templates, event, template, RULES), refusal)


def test_the_registration_mail_may_carry_its_link():
    template = Template("$recipient", "$link")
    templates = set_template(RULES.templates, "registration", template, RULES)
    assert templates == {**RULES.templates, MailEvent.REGISTRATION: template}


def test_a_link_serves_once():
    account = told(None).state
    decision = ok(register(account, "t1", NOON))
    used = Link("t1", NOON + WEEK, used=True)
    assert decision.state == Account(K, registered=True, link=used)
    assert decision.facts == (AccountRegistered(K, NOON),)
    refused(register(decision.state, "t1", NOON), Refusal.LINK_USED)


def test_a_link_runs_out_after_its_lifetime():
    account = told(None).state
    ok(register(account, "t1", NOON + WEEK - timedelta(microseconds=1)))
    refused(register(account, "t1", NOON + WEEK), Refusal.LINK_EXPIRED)


def test_a_new_link_replaces_the_one_before():
    account = told(None).state
    decision = ok(request_link(account, "t2", NOON + WEEK, RULES, LINKED))
    assert decision.state == Account(K, link=Link("t2", NOON + 2 * WEEK))
    assert decision.facts == (LinkIssued(K, "t2", NOON + 2 * WEEK),)
    assert decision.envelopes == ()
    (mail,) = decision.mails
    assert (mail.event, mail.link, mail.message) == (MailEvent.REGISTRATION, "t2", None)
    assert mail.message_id == f"registration.c44474038d459e40.{K}"
    refused(register(decision.state, "t1", NOON), Refusal.UNKNOWN_LINK)
    ok(register(decision.state, "t2", NOON + WEEK))


def test_links_are_refused_to_strangers_and_to_the_registered():
    refused(register(None, "t1", NOON), Refusal.UNKNOWN_ACCOUNT)
    refused(register(Account(K), "t1", NOON), Refusal.UNKNOWN_LINK)
    refused(request_link(None, "t1", NOON, RULES, LINKED), Refusal.UNKNOWN_ACCOUNT)
    registered = Account(K, registered=True)
    decision = request_link(registered, "t1", NOON, RULES, LINKED)
    refused(decision, Refusal.ALREADY_REGISTERED)


def test_a_caseworker_has_an_account_without_registering():
    assert caseworker_account(None, K) == Account(K, registered=True, caseworker=True)
    link = Link("t1", NOON)
    before = Account(K, link=link)
    assert caseworker_account(before, K) == Account(K, True, True, link)
    assert register(evolve(before, caseworker=True, link=Link("t", NOON + WEEK)), "t", NOON)


def test_registering_keeps_who_one_is():
    account = Account(K, caseworker=True, link=Link("t1", NOON + WEEK))
    assert ok(register(account, "t1", NOON)).state.caseworker
    assert ok(request_link(account, "t2", NOON, RULES, LINKED)).state.caseworker


def test_the_standing_of_an_address():
    assert standing_of(None) is Standing.UNKNOWN
    assert standing_of(Account(K)) is Standing.KNOWN
    assert standing_of(Account(K, caseworker=True)) is Standing.CASEWORKER


def test_roles_are_read_by_their_word():
    assert role_of("none") is CloudRole.NONE
    assert role_of("Benutzer") is CloudRole.USER
    assert role_of("Administrator") is CloudRole.ADMINISTRATOR
    refused(role_of("benutzer"), Refusal.UNKNOWN_ROLE)
