"""Every mistake of a scenario file is told at its place, with what would be right."""

import pytest

from simulator.scenario.file import BadScenario, scenario_of
from simulator.scenario.nodes import Faults

SEND = "{by: anna, act: send, message: m1, to: k@example.org, expects: Antwort, text: Hallo}"

#: A broken file, and its mistakes as a tester reads them.
BROKEN = {
    "an empty file": ("", ['f.yaml:1:1: the file is empty (begin with "scenario: …")']),
    "a list instead of fields": (
        "- a\n",
        ["f.yaml:1:1: a scenario has fields, like scenario: …, story: …"],
    ),
    "no title": (
        f"steps: [{SEND}]\n",
        ['f.yaml:1:1: a scenario needs "scenario": what it shows, in a sentence'],
    ),
    "an unknown field": (
        f"scenario: x\nstep: [{SEND}]\nsteps: [{SEND}]\n",
        ['f.yaml:2:1: a scenario has no field "step" (did you mean "steps"?)'],
    ),
    "a field that stands twice": (
        f"scenario: x\nscenario: y\nsteps: [{SEND}]\n",
        ['f.yaml:2:1: "scenario" stands here twice (the first is in line 1)'],
    ),
    "a tab": (
        "scenario: x\n\tsteps: []\n",
        [
            (
                "f.yaml:2:1: this is no YAML: found a tab character that violates indentation "
                "(indent with blanks, not with tabs)"
            )
        ],
    ),
    "a text with a colon": (
        "scenario: x: y\nsteps: []\n",
        [
            (
                "f.yaml:1:12: this is no YAML: mapping values are not allowed in this context "
                "(put a text that has a colon, a bracket or a # into quotes; several fields in a line "
                "stand in braces: {at: 09:00, by: anna})"
            )
        ],
    ),
    "a step that begins in another column": (
        f"scenario: x\nsteps:\n  - {SEND}\n   - {SEND}\n",
        [
            (
                "f.yaml:4:4: this is no YAML: did not find expected '-' indicator "
                "(the lines of a list begin in the same column, each with -; the fields of a step under "
                "its first one)"
            )
        ],
    ),
    "a text with a comma": (
        f"scenario: x\nsteps:\n- {SEND.replace('Hallo', 'Hallo, Herr Müller')}\n",
        [
            (
                'f.yaml:3:88: act send has no field "Herr Müller" (a text that has a comma stands '
                "in quotes, several values in brackets: [a, b])"
            )
        ],
    ),
    "several rules without brackets": (
        f"scenario: x\nrules: INB-4, STA-3\nsteps:\n- {SEND}\n",
        [
            (
                'f.yaml:2:8: "INB-4, STA-3" is not a clause of the rules '
                "(several stand in brackets: [INB-4, STA-3])"
            )
        ],
    ),
    "a recipient to whom nobody wrote": (
        (
            f"scenario: x\nsteps:\n- {SEND}\n"
            "- {by: K@exmaple.org, act: open, via: case}\n"
            "- {by: k@example.org, act: open, via: case}\n"
            "- {by: zoe@woanders.example, act: open, via: case, outcome: refused}\n"
            "- {by: zoe@woanders.example, see: inbox, unread: 0, messages: []}\n"
            "- {by: zoe@woanders.example, see: inbox, messages: {message: m1}}\n"
        ),
        [
            ('f.yaml:4:3: nobody wrote to "k@exmaple.org" before (did you mean "k@example.org"?)'),
            'f.yaml:8:3: nobody wrote to "zoe@woanders.example" before (known: "k@example.org")',
        ],
    ),
    "an end before something has stayed": (
        (
            f"scenario: x\nends: 09:30\nsteps:\n- {SEND[:-1]}, at: 09:00}}\n"
            "- {stays_for: 1h, by: anna, see: case, cloud_status: Antwort}\n"
        ),
        [
            (
                "f.yaml:1:1: ends: 09:30 lies before the step above (2024-02-19 10:00:00): "
                "for the next day write day 2 …"
            )
        ],
    ),
    "an unknown act": (
        "scenario: x\nsteps: [{by: anna, act: sned}]\n",
        ['f.yaml:2:25: "act" has no word "sned" (did you mean "send"?)'],
    ),
    "an act as a field": (
        "scenario: x\nsteps: [{by: anna, send: m1}]\n",
        ['f.yaml:2:20: an act is written as "act: send"'],
    ),
    "neither act nor look": (
        "scenario: x\nsteps: [{by: anna}]\n",
        ['f.yaml:2:9: a step needs "act" or "see" (act: send, see: inbox, …)'],
    ),
    "nobody who acts": (
        "scenario: x\nsteps: [{act: note, text: y}]\n",
        ['f.yaml:2:9: act note needs "by": who acts or looks'],
    ),
    "an unknown expected action": (
        "scenario: x\nsteps: [{by: anna, act: send, message: m1, expects: Anwort, text: y}]\n",
        ['f.yaml:2:53: "Anwort" is not a word for expects (did you mean "Antwort"?)'],
    ),
    "a time that is none": (
        "scenario: x\nsteps: [{at: 25:00, by: anna, act: note, text: y}]\n",
        [
            (
                'f.yaml:2:14: "25:00" is no time: write it like 09:00, +5m, day 2 10:00 or '
                "2024-02-20 10:00"
            )
        ],
    ),
    "a time before the step above": (
        (
            "scenario: x\nsteps:\n- {at: 10:00, by: anna, act: note, text: y}\n"
            "- {at: 09:00, by: anna, act: note, text: y}\n"
        ),
        [
            (
                "f.yaml:4:3: 09:00 lies before the step above (2024-02-19 10:00:00): for the next day "
                "write day 2 …"
            )
        ],
    ),
    "an hour that the clocks leave out": (
        (
            "scenario: x\nbegins: 2024-03-31\nsteps: [{at: 2024-04-01 10:00, by: anna, act: note, "
            "text: y}, {at: 2025-03-30 02:30, by: anna, act: note, text: y}]\n"
        ),
        ["f.yaml:3:63: the clocks leave out 2025-03-30 02:30 on 2025-03-30: choose another time"],
    ),
    "a duration without a unit": (
        f"scenario: x\nsteps: [{SEND}, {{within: 2, by: anna, see: case, cloud_status: OK}}]\n",
        ['f.yaml:2:104: "2" is no duration: write it like 90s, 15m, 1h 30m or 2d'],
    ),
    "two ways of waiting": (
        f"scenario: x\nsteps: [{SEND}, {{within: 2s, stays_for: 1h, by: anna, see: preset}}]\n",
        [
            "f.yaml:2:95: only one of within, stays_for fits into a step",
        ],
    ),
    "a message that nobody wrote": (
        "scenario: x\nsteps: [{by: k@example.org, act: mark_read, message: m1}]\n",
        [
            'f.yaml:2:9: no message "m1" was written before',
            'f.yaml:2:9: nobody wrote to "k@example.org" before',
        ],
    ),
    "a message that is written twice": (
        f"scenario: x\nsteps: [{SEND}, {SEND}]\n",
        ['f.yaml:2:95: the message "m1" was written already'],
    ),
    "an unknown case": (
        "scenario: x\nsteps: [{by: anna, act: note, case: 54, text: y}]\n",
        ['f.yaml:2:9: no case has the number 54 (known: "53")'],
    ),
    "no case where there are two": (
        "scenario: x\ncases: [53, 54]\nsteps: [{by: anna, act: note, text: y}]\n",
        ['f.yaml:3:9: this step needs "case": there is more than one'],
    ),
    "an unknown reading": (
        f"scenario: x\nreadings: {{open_scop: case}}\nsteps: [{SEND}]\n",
        ['f.yaml:2:12: the readings has no field "open_scop" (did you mean "open_scope"?)'],
    ),
    "an unknown clause": (
        f"scenario: x\nrules: INB-44\nsteps: [{SEND}]\n",
        ['f.yaml:2:8: "INB-44" is not a clause of the rules (did you mean "INB-4"?)'],
    ),
    "yes instead of true": (
        f"scenario: x\nregisters: yes\nsteps: [{SEND}]\n",
        ['f.yaml:2:12: true or false is wanted here, not "yes"'],
    ),
    "a reason without a refusal": (
        "scenario: x\nsteps: [{by: anna, act: note, text: y, reason: blank_text}]\n",
        ['f.yaml:2:9: a "reason" is that of a refusal (write "outcome: refused" too)'],
    ),
    "a population without an end": (
        "scenario: x\npopulation: {caseworkers: 2, recipients: 9, messages: {each_per_hour: 6}}\n",
        ['f.yaml:1:1: with a population a scenario needs "ends" (when it ends: day 2 00:00)'],
    ),
    "neither steps nor population": (
        "scenario: x\n",
        ['f.yaml:1:1: a scenario needs "steps" or a "population" (what is done, and by whom)'],
    ),
    "a population of nobody": (
        "scenario: x\nends: day 2 00:00\npopulation: {caseworkers: 0, recipients: 9, messages: {each_per_hour: 6}}\n",
        ['f.yaml:3:27: "0" is out of reach: 1 to 100,000,000'],
    ),
    "a population without messages": (
        "scenario: x\nends: day 2 00:00\npopulation: {caseworkers: 1, recipients: 9}\n",
        ['f.yaml:3:13: a population needs "messages": what the caseworkers send, and how often'],
    ),
    "a misspelt field of a population": (
        "scenario: x\nends: day 2 00:00\npopulation: {caseworkers: 1, recipents: 9, messages: {each_per_hour: 6}}\n",
        [
            'f.yaml:3:13: a population needs "recipients": how many recipients there are',
            'f.yaml:3:30: a population has no field "recipents" (did you mean "recipients"?)',
        ],
    ),
    "shares that are no whole": (
        "scenario: x\nends: day 2 00:00\npopulation: {caseworkers: 2, recipients: 9, messages: {expects: {Antwort: 60 %, Kenntnisnahme: 30 %}}}\n",
        ["f.yaml:3:65: the shares come to 90 % (together they are 100 %)"],
    ),
    "a share without a percent sign": (
        "scenario: x\nends: day 2 00:00\npopulation: {caseworkers: 2, recipients: 9, messages: {documents: 0.3}}\n",
        ['f.yaml:3:67: "0.3" is no share: write it like 40 % or 0.5 %'],
    ),
    "a label with its word": (
        "scenario: x\nends: day 2 00:00\npopulation: {caseworkers: 2, recipients: 9, messages: {expects: {Antwort: 60 %, reply: 40 %}}}\n",
        ['f.yaml:3:81: the expected action "reply" stands here twice'],
    ),
    "an unknown distribution": (
        "scenario: x\nends: day 2 00:00\npopulation: {caseworkers: 2, recipients: 9, messages: {writing: {normal: {mean: 3m}}}}\n",
        ['f.yaml:3:66: a distribution has no field "normal" (did you mean "lognormal"?)'],
    ),
    "two distributions": (
        "scenario: x\nends: day 2 00:00\npopulation: {caseworkers: 2, recipients: 9, messages: {writing: {fixed: 3m, exponential: {mean: 3m}}}}\n",
        [
            "f.yaml:3:65: a distribution has exactly one field: fixed, exponential, lognormal, triangular, empirical"
        ],
    ),
    "a p95 below the median": (
        "scenario: x\nends: day 2 00:00\npopulation: {caseworkers: 2, recipients: 9, messages: {writing: {lognormal: {median: 3m, p95: 2m}}}}\n",
        ['f.yaml:3:77: "p95" has to be longer than "median"'],
    ),
    "an empty list of values": (
        "scenario: x\nends: day 2 00:00\npopulation: {caseworkers: 2, recipients: 9, messages: {writing: {empirical: []}}}\n",
        ["f.yaml:3:77: this list is empty: at least 1 is needed"],
    ),
    "a rate that is none": (
        "scenario: x\nends: day 2 00:00\npopulation: {caseworkers: 2, recipients: 9, messages: {each_per_hour: many}}\n",
        ['f.yaml:3:71: "many" is no number: write it like 6 or 0.5'],
    ),
    "office hours that end before they begin": (
        "scenario: x\nends: day 2 00:00\npopulation: {caseworkers: 2, recipients: 9, messages: {office_hours: {from: 17:00, to: 08:00}}}\n",
        ['f.yaml:3:70: "to" has to be later than "from" (up to 24:00)'],
    ),
    "an unknown day of the week": (
        "scenario: x\nends: day 2 00:00\npopulation: {caseworkers: 2, recipients: 9, messages: {office_hours: {days: [Mo, Dienstag]}}}\n",
        [
            'f.yaml:3:82: "Dienstag" is not a day of the week (known: "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")'
        ],
    ),
    "an hour that is none": (
        "scenario: x\nends: day 2 00:00\npopulation: {caseworkers: 2, recipients: 9, messages: {by_hour: {24: 50 %}}}\n",
        ['f.yaml:3:66: "24" is no hour of a day: write it like 9, for 09:00 to 10:00'],
    ),
    "a burst before the beginning": (
        "scenario: x\nbegins: 2024-02-19 10:00\nends: day 2 00:00\npopulation:\n  caseworkers: 1\n  recipients: 9\n  messages:\n    bursts: {at: 09:00, messages: 5, over: 1m}\n",
        [
            "f.yaml:8:13: 09:00 lies before the beginning (2024-02-19 10:00:00): for the next day write day 2 …"
        ],
    ),
    "profiles whose shares are no whole": (
        "scenario: x\nends: day 2 00:00\npopulation:\n  caseworkers: 2\n  recipients: 9\n  messages: {each_per_hour: 6}\n  profiles: {a: {share: 50 %}, b: {share: 40 %}}\n",
        ["f.yaml:7:13: the shares come to 90 % (together they are 100 %)"],
    ),
    "a profile without its share": (
        "scenario: x\nends: day 2 00:00\npopulation:\n  caseworkers: 2\n  recipients: 9\n  messages: {each_per_hour: 6}\n  profiles: {a: {share: 50 %}, b: {ignores: 40 %}}\n",
        ['f.yaml:7:32: the profile "b" needs "share" (like 40 %)'],
    ),
    "a way of opening that is none": (
        "scenario: x\nends: day 2 00:00\npopulation:\n  caseworkers: 2\n  recipients: 9\n  messages: {each_per_hour: 6}\n  profiles: {a: {opens: window}}\n",
        [
            'f.yaml:7:25: "window" is not a way of opening (known: "widget", "case", "attachments", "message", "reply", "mark_read", "Gelesen markieren")'
        ],
    ),
    "a scale of nothing": (
        "scenario: x\nends: day 2 00:00\npopulation:\n  caseworkers: 2\n  recipients: 9\n  messages: {each_per_hour: 6}\n  scale: 0 %\n",
        ["f.yaml:7:10: a scale is more than nothing: write it like 1 %"],
    ),
    "a fault that is none": (
        "scenario: x\nends: day 2 00:00\npopulation: {caseworkers: 2, recipients: 9, messages: {each_per_hour: 6}}\nfaults: {what: mails, from: 09:00, lasts: 5m}\n",
        ['f.yaml:4:16: "mails" is not a fault (did you mean "mail"?)'],
    ),
    "a fault without an end": (
        "scenario: x\nends: day 2 00:00\npopulation: {caseworkers: 2, recipients: 9, messages: {each_per_hour: 6}}\nfaults: {what: mail, from: 09:00}\n",
        [
            'f.yaml:4:9: mail needs to know when ("from" with "until" or "lasts", else "every" with "lasts")'
        ],
    ),
    "doubled requests without a share": (
        "scenario: x\nends: day 2 00:00\npopulation: {caseworkers: 2, recipients: 9, messages: {each_per_hour: 6}}\nfaults: {what: doubled_requests, from: 09:00, lasts: 5m}\n",
        ['f.yaml:4:9: doubled_requests has a "share" and nothing else (share: 1 %)'],
    ),
    "an unknown goal": (
        "scenario: x\nends: day 2 00:00\npopulation: {caseworkers: 2, recipients: 9, messages: {each_per_hour: 6}}\nsometimes: a message went to the preset recipient\n",
        [
            'f.yaml:4:12: "a message went to the preset recipient" is not a goal (did you mean "a message went to the preset recipients"?)'
        ],
    ),
    "an unknown measure": (
        "scenario: x\nends: day 2 00:00\npopulation: {caseworkers: 2, recipients: 9, messages: {each_per_hour: 6}}\nlimits: [delivry p99 <= 2s]\n",
        ['f.yaml:4:10: "delivry" is no measure (did you mean "delivery"?)'],
    ),
    "a limit without a comparison": (
        "scenario: x\nends: day 2 00:00\npopulation: {caseworkers: 2, recipients: 9, messages: {each_per_hour: 6}}\nlimits: [delivery p99 2s]\n",
        [
            'f.yaml:4:10: "delivery p99 2s" is no limit: write it like delivery p99 <= 2s, settled >= 80%, answer p50 of Antwort <= 4h'
        ],
    ),
    "a seed that is none": (
        "scenario: x\nends: day 2 00:00\npopulation: {caseworkers: 2, recipients: 9, messages: {each_per_hour: 6}}\nseed: -1\n",
        ['f.yaml:4:7: "-1" is no whole number: write it like 12 or 10_000'],
    ),
    "an always that is no clause": (
        "scenario: x\nends: day 2 00:00\npopulation: {caseworkers: 2, recipients: 9, messages: {each_per_hour: 6}}\nalways: [INB-99]\n",
        ['f.yaml:4:10: "INB-99" is not a clause of the rules (did you mean "INB-9"?)'],
    ),
    "never_registers without registers": (
        "scenario: x\nends: day 2 00:00\npopulation:\n  caseworkers: 2\n  recipients: 9\n  messages: {each_per_hour: 6}\n  profiles: {a: {never_registers: 5 %}}\n",
        [
            'f.yaml:7:17: "a" never registers, and nobody has to (write "registers: true" for the whole file)'
        ],
    ),
    "a fault that ends before it begins": (
        "scenario: x\nends: day 2 00:00\npopulation: {caseworkers: 2, recipients: 9, messages: {each_per_hour: 6}}\nfaults: {what: mail, from: 09:00, until: 08:00}\n",
        [
            'f.yaml:4:9: 08:00 lies before "from" (2024-02-19 09:00:00): for the next day write day 2 …'
        ],
    ),
    "German words for ours": (
        f"Szenario: x\nSchritte: [{SEND}]\n",
        [
            'f.yaml:1:1: a scenario has no field "Szenario" (did you mean "scenario"?)',
            'f.yaml:1:1: a scenario needs "scenario": what it shows, in a sentence',
            'f.yaml:2:1: a scenario has no field "Schritte" (did you mean "steps"?)',
        ],
    ),
    "German words in steps": (
        (
            f"scenario: x\nsteps:\n- {SEND[:-1]}, um: 09:00}}\n"
            "- {von: anna, see: Vorgang, cloud_status: Antwort}\n- {by: anna, see: Fall}\n"
        ),
        [
            'f.yaml:3:88: act send has no field "um" (did you mean "at"?)',
            'f.yaml:4:3: see case needs "by": who acts or looks',
            'f.yaml:4:4: see case has no field "von" (did you mean "by"?)',
            'f.yaml:5:19: "see" has no word "Fall" (did you mean "case"?)',
        ],
    ),
    "a name in two words": (
        f"scenario: x\nsteps:\n- {SEND}\n- {{stays for: 1h, by: anna, see: case, cloud_status: Antwort}}\n",
        ['f.yaml:4:4: see case has no field "stays for" (did you mean "stays_for"?)'],
    ),
    "a time long before the step above": (
        (
            "scenario: x\nsteps:\n- {at: day 2 10:00, by: anna, act: note, text: y}\n"
            "- {at: 2023-02-19 09:00, by: anna, act: note, text: y}\n"
        ),
        [
            (
                "f.yaml:4:3: 2023-02-19 09:00 lies before the step above (2024-02-20 10:00:00): "
                "for the next day write day 3 …"
            )
        ],
    ),
    "fields of a step in different columns": (
        "scenario: x\nsteps:\n  - by: anna\n     act: note\n",
        [
            (
                "f.yaml:4:9: this is no YAML: mapping values are not allowed in this context (fields that "
                "belong together begin in the same column; put a text that has a colon, a bracket or a # "
                "into quotes)"
            )
        ],
    ),
    "a field without a blank after its colon": (
        "scenario:x\nsteps: []\n",
        [
            (
                "f.yaml:2:6: this is no YAML: mapping values are not allowed in this context (after the "
                'colon of a field comes a blank, as in "scenario: x")'
            )
        ],
    ),
    "a quote that is not closed": (
        f'scenario: "x\nsteps: [{SEND}]\n',
        [
            (
                "f.yaml:1:11: this is no YAML: while scanning a quoted scalar "
                "(the quote that begins here is not closed)"
            )
        ],
    ),
    "a path in quotes": (
        'scenario: "C:\\q"\nsteps: []\n',
        [
            (
                "f.yaml:1:14: this is no YAML: found unknown escape character "
                "(between \" and \" a \\ is written twice, between ' and ' once)"
            )
        ],
    ),
    "a blank from a page": (
        f"scenario: x\nsteps:\n\u00a0 - {SEND}\n- {SEND}\n",
        [
            (
                "f.yaml:3:19: this is no YAML: mapping values are not allowed in this context "
                "(the line begins with a blank that is none, as copied from a page: type it anew)"
            )
        ],
    ),
    "two scenarios in a file": (
        f"scenario: x\nsteps: [{SEND}]\n---\nscenario: y\n",
        [
            (
                "f.yaml:3:1: this is no YAML: but found another document "
                "(a file is one scenario: leave --- out, and make two files of it)"
            )
        ],
    ),
    "more than the whole": (
        "scenario: x\nends: day 2 00:00\npopulation: {caseworkers: 2, recipients: 9, messages: {documents: 120 %}}\n",
        ['f.yaml:3:67: "120 %" is more than the whole: at most 100 %'],
    ),
    "a limit of nobody": (
        f"scenario: x\nsteps: [{SEND}]\nlimits: [delivery max of Antwort <= 2s, delivery max of Antwrot <= 2s]\n",
        [
            (
                'f.yaml:3:41: "Antwrot" is no expected action, and no profile of this file '
                '(did you mean "Antwort"?)'
            )
        ],
    ),
    "a fault and a burst after the end": (
        (
            "scenario: x\nends: 18:00\npopulation:\n  caseworkers: 2\n  recipients: 9\n"
            "  messages: {bursts: {at: 18:00, messages: 5, over: 1m}}\n"
            "faults: {what: mail, from: day 2 09:00, lasts: 5m}\n"
        ),
        [
            "f.yaml:6:22: 18:00 does not lie before the end (2024-02-19 18:00:00): it would never begin",
            "f.yaml:7:9: day 2 09:00 does not lie before the end (2024-02-19 18:00:00): it would never begin",
        ],
    ),
    "an unknown refusal": (
        f"scenario: x\nsteps: [{SEND[:-1]}, outcome: refused, reason: blank_txt}}]\n",
        ['f.yaml:2:120: "blank_txt" is not the code of a refusal (did you mean "blank_text"?)'],
    ),
    "a message beside a click that opens the case": (
        f"scenario: x\nsteps:\n- {SEND}\n- {{by: k@example.org, act: open, via: widget, message: m1}}\n",
        [
            (
                'f.yaml:4:47: "via: widget" opens the case, not a message of it '
                "(leave it out, or say by which click the message is opened: via: message)"
            )
        ],
    ),
}


@pytest.mark.parametrize(("text", "told"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_told_with_the_place_of_each_mistake(text: str, told: list[str]) -> None:
    with pytest.raises(BadScenario) as bad:
        scenario_of(text, Faults("f.yaml"))
    assert [str(fault) for fault in bad.value.faults] == told


def test_the_text_of_a_status_stands_for_the_status_as_every_label_does() -> None:
    steps = f"[{SEND}, {{by: anna, see: Vorgang, cloud_status: Wartet auf Antwort des Empfängers}}]"
    scenario = scenario_of(f"scenario: x\nsteps: {steps}\n", Faults("f.yaml"))
    assert scenario.steps[-1].record["cloud_status"] == "Antwort"


def test_all_mistakes_of_a_file_are_told_at_once() -> None:
    text = "scenario: x\nrules: XX\nsteps: [{by: a, act: sned}, {by: a, act: open, via: window}]\n"
    with pytest.raises(BadScenario) as bad:
        scenario_of(text, Faults("f.yaml"))
    assert [(fault.line, fault.column) for fault in bad.value.faults] == [
        (2, 8),  # XX
        (3, 9),  # a is nobody
        (3, 22),  # sned
        (3, 53),  # window
    ]


def test_names_are_checked_beside_other_mistakes_and_what_a_broken_step_names_may_be_there() -> (
    None
):
    text = (
        "scenario: x\n"
        "rules: [INB-44]\n"
        "steps:\n"
        "  - {by: ana, act: send, message: m1, to: k@example.org, expects: Antwrt, text: Hallo}\n"
        "  - {by: anna, act: sned, message: m2, to: x@example.org, case: 54}\n"
        "  - {at: day 2 9 Uhr, by: k@example.org, act: reply, message: a1, answers: m1, text: Ja}\n"
        "  - {at: 08:30, by: x@example.org, act: reply, case: 54, message: a2, answers: m2, text: Ja}\n"
        "  - {by: y@example.org, act: reply, message: a3, answers: m3, text: Ja}\n"
        "  - {by: anna, see: case, case: 55}\n"
        "  - {act: create_case, by: anna, cas: 56}\n"
        "  - {act: set_role, caseworkr: eva, role: Benutzer}\n"
        "  - {by: eva, see: case, case: 56}\n"
    )
    with pytest.raises(BadScenario) as bad:
        scenario_of(text, Faults("f.yaml"))
    assert [str(fault).partition(" (")[0] for fault in bad.value.faults] == [
        'f.yaml:2:9: "INB-44" is not a clause of the rules',
        'f.yaml:4:5: "ana" is no caseworker of this scenario, and no address',
        'f.yaml:4:67: "Antwrt" is not a word for expects',
        'f.yaml:5:21: "act" has no word "sned"',
        'f.yaml:6:10: "9 Uhr" is no time: write it like 09:00, +5m, day 2 10:00 or 2024-02-20 10:00',
        'f.yaml:8:5: no message "m3" was written before',
        'f.yaml:8:5: nobody wrote to "y@example.org" before',
        "f.yaml:9:5: no case has the number 55",
        'f.yaml:10:34: act create_case has no field "cas"',
        'f.yaml:11:5: act set_role needs "caseworker": whose role is set',
        'f.yaml:11:21: act set_role has no field "caseworkr"',
    ]
