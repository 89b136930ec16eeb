"""The pages of what is served: those of each side, the entrance, and refusals to browsers."""

from collections.abc import Iterator

from aiohttp import web
from attrs import evolve

from reference.app.apis import Apis, MvpApis
from reference.app.between import breakable
from reference.app.config import Config
from reference.app.demo_people import PASSWORD, RECIPIENTS, WORKERS
from reference.app.dispatch import problem
from reference.app.front import PORTAL, Front
from reference.app.system import System
from reference.domain.rules import rules_for
from reference.http.operations import Operation, Refuse, Response, Who
from reference.http.problems import Refused
from reference.link.replication import Replicator
from reference.link.replication_api import ReplicationApi
from reference.pages.collaboration.account import AccountPages
from reference.pages.collaboration.case import CasePages
from reference.pages.collaboration.inbox import InboxPages
from reference.pages.demo import DemoPages, Somebody
from reference.pages.entrance import Entrance
from reference.pages.making import Pages
from reference.pages.mvp.cases import CasesPages
from reference.pages.mvp.entering import EnteringPages
from reference.pages.mvp.filing import FilingPages
from reference.pages.mvp.office import CaseworkersPages, ReplicationPages, TextsPages
from reference.pages.mvp.writing import WritingPages
from reference.pages.site import Site
from reference.pages.static import static_operations
from reference.store.secrets import hashed


def front_of(system: System, apis: Apis, config: Config, token: str) -> Front:
    """Give what browsers are shown of a system."""
    site = _entrance_site(config, token)
    return Front(tuple(_pages(site, system, apis, config)), _refusing(site))


def _entrance_site(config: Config, token: str) -> Site:
    """Give the site of the first page; what browsers bring back is signed by the operator."""
    rules = rules_for(config.readings, time_zone=config.time_zone)
    return Site(
        "entrance",
        "",
        Who.ANYBODY,
        rules.zone,
        hashed(f"pages {token}"),
        1000 if config.readings.megabyte == "decimal" else 1024,
        secure=config.secure,
    )


def _pages(site: Site, system: System, apis: Apis, config: Config) -> Iterator[Operation]:
    doors: list[tuple[str, str]] = []
    if apis.collaboration is not None:
        portal = evolve(site, name="collaboration", base=PORTAL, who=Who.RECIPIENT)
        doors.append((portal.name, portal.home))
        api = apis.collaboration
        pages = (
            *AccountPages(Pages(portal), api.accounts, api.language).operations(),
            *InboxPages(Pages(portal), api.inbox).operations(),
            *CasePages(Pages(portal), api.messages).operations(),
        )
        yield from breakable(pages, system)
    if apis.mvp is not None and system.replicator is not None:
        office = evolve(site, name="mvp", base="/mvp", who=Who.CASEWORKER)
        doors.insert(0, (office.name, office.home))
        yield from _mvp_pages(Pages(office), apis.mvp, system.replicator)
    demo = _demo(site, tuple(doors), apis, config) if config.demo else None
    yield from Entrance(site, tuple(doors), first=demo is None).operations()
    if demo is not None:
        yield from demo.operations()
    yield from static_operations()


def _mvp_pages(pages: Pages, api: MvpApis, replicator: Replicator) -> Iterator[Operation]:
    side = api.cases.side
    cases = CasesPages(pages, side)
    documents = api.documents
    yield from EnteringPages(pages, api.caseworkers).operations()
    yield from cases.operations()
    yield from WritingPages(pages, side, cases).operations()
    filing = FilingPages(pages, side, api.cases, documents.uploads, documents.bytes_max)
    yield from filing.operations()
    yield from CaseworkersPages(pages, side, api.caseworkers).operations()
    yield from TextsPages(pages, side, api.texts).operations()
    yield from ReplicationPages(pages, ReplicationApi(replicator, harness=False)).operations()


def _demo(
    site: Site, doors: tuple[tuple[str, str], ...], apis: Apis, config: Config
) -> DemoPages | None:
    if apis.mvp is None or apis.collaboration is None:
        return None
    office, worker = evolve(site, name="mvp", base="/mvp"), apis.mvp.access
    portal, recipient = (
        evolve(site, name="collaboration", base=PORTAL),
        apis.collaboration,
    )
    people = (
        *(Somebody(each.name, office, worker, each.about) for each in WORKERS),
        *(Somebody(user, portal, recipient.access, about) for user, about in RECIPIENTS),
    )
    return DemoPages(site, doors, people, PASSWORD, recipient.inbox.side, config.public_url)


def _refusing(site: Site) -> Refuse:
    """Give what says to a browser that something is not there; programs get a problem document."""
    pages = Pages(site)

    def refuse(request: web.Request, refused: Refused) -> Response:
        if request.headers.get("Accept", "").startswith("text/html"):
            return pages.refused(request, refused)
        return problem(request, refused)

    return refuse
