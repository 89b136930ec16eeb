"""What handles the operations of each side that is served: the API and the pages call the same."""

from attrs import frozen

from reference.app.authentication import Authentication
from reference.app.config import Config
from reference.app.system import System
from reference.collaboration.accounts_api import AccountsApi
from reference.collaboration.api import CollaborationApi
from reference.collaboration.language_api import LanguageApi
from reference.collaboration.messages_api import MessagesApi
from reference.http.access import Access
from reference.http.uploads import Uploads
from reference.mvp.api import MvpApi
from reference.mvp.caseworkers_api import CaseworkersApi
from reference.mvp.documents_api import DocumentsApi
from reference.mvp.texts_api import TextsApi
from reference.store.side import Side


@frozen(eq=False)
class MvpApis:
    """What handles the operations of the MVP."""

    access: Access
    cases: MvpApi
    documents: DocumentsApi
    caseworkers: CaseworkersApi
    texts: TextsApi


@frozen(eq=False)
class CollaborationApis:
    """What handles the operations of the collaboration."""

    access: Access
    inbox: CollaborationApi
    messages: MessagesApi
    accounts: AccountsApi
    language: LanguageApi


@frozen(eq=False)
class Apis:
    """The sides that are served here."""

    mvp: MvpApis | None
    collaboration: CollaborationApis | None


def apis_of(system: System, authentication: Authentication, config: Config) -> Apis:
    """Give what handles the operations of a system."""
    uploads = Uploads(config.upload_time_max)
    return Apis(
        _mvp(system.mvp, authentication.mvp, config, uploads),
        _collaboration(system.collaboration, authentication.collaboration, config, uploads),
    )


def _mvp(
    side: Side | None, access: Access | None, config: Config, uploads: Uploads
) -> MvpApis | None:
    if side is None or access is None:
        return None
    return MvpApis(
        access,
        MvpApi(side),
        DocumentsApi(side, uploads, config.document_bytes_max),
        CaseworkersApi(side, access),
        TextsApi(side),
    )


def _collaboration(
    side: Side | None, access: Access | None, config: Config, uploads: Uploads
) -> CollaborationApis | None:
    if side is None or access is None:
        return None
    return CollaborationApis(
        access,
        CollaborationApi(side),
        MessagesApi(side, uploads),
        AccountsApi(side, access, without_password=config.clock == "manual"),
        LanguageApi(side),
    )
