"""What somebody sees, as the fields that a line of a trace has."""

from typing import Any

from reference.client.client import Client
from reference.domain.words import CaseNumber

Line = dict[str, Any]


async def case(client: Client, number: CaseNumber) -> Line:
    """Look at a case."""
    seen = await client.case(number)
    return {
        "case": number,
        "cloud_status": seen.cloud_status,
        "status_text": seen.status_text,
        "acknowledged_on": seen.acknowledged_on,
        "follow_up_on": seen.follow_up_on,
        "under_way": seen.under_way,
    }


async def case_list(client: Client) -> Line:
    """Look at the case list."""
    seen = await client.case_list()
    return {"cases": [{"case": each.case, "cloud_status": each.cloud_status} for each in seen]}


async def activities(client: Client, number: CaseNumber) -> Line:
    """Look at the activity list of a case."""
    return {"case": number, "entries": await client.activities(number)}


async def preset(client: Client, number: CaseNumber) -> Line:
    """Look at the preset recipients of a case."""
    return {"case": number, "recipients": await client.preset(number)}


async def inbox(client: Client) -> Line:
    """Look at the inbox."""
    seen = await client.inbox()
    lines = [
        {
            "message": each.message,
            "unread": each.unread,
            "hint": each.hint,
            "opened": each.opened,
            "answered": each.answered,
        }
        for each in seen.messages
    ]
    return {"unread": seen.unread, "messages": lines}


async def portal_case(client: Client, number: CaseNumber) -> Line:
    """Look at the page of a case."""
    seen = await client.portal_case(number)
    return {
        "case": number,
        "subject": seen.subject,
        "documents": seen.documents,
        "text": seen.text,
        "button": seen.button,
    }
