"""The door to Label Studio: the only module that knows its SDK and its HTTP, and turns their errors into one line."""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from corpus.errors import ContractError

OLDEST = (1, 23)  # the version all of this was tried with
TITLE = 50  # Label Studio's longest title, characters
PAGE = 500  # tasks a page
TIMEOUT = httpx.Timeout(
    300, connect=10
)  # seconds; a server whose SQLite is locked answers late, and must not be asked twice
LOOPBACK = ("127.0.0.1", "localhost", "::1")
FIELDS = "id,data,annotations,completed_by,created_at,updated_at,lead_time,was_cancelled,result"  # nested ones too


class Lost(ContractError):
    """The connection broke, and nobody knows whether the last request was carried out."""


@dataclass(frozen=True)
class Task:
    """A task as Label Studio holds it; `answers` are its annotations, skips among them, drafts not."""

    id: int
    data: Mapping[str, Any]
    answers: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class State:
    """What a project says of itself: how many tasks and answers (skips included) it has, and its latest change."""

    tasks: int
    answers: int
    changed: str


def title(workspace: str, version: str, annotator: str) -> str:
    """Name an annotator's project; a new codebook version is a new project.

    >>> title("demo", "1", "annotator-2")
    'demo codebook 1 annotator-2'
    """
    name = f"{workspace} codebook {version} {annotator}"
    if len(name) > TITLE:
        raise ContractError(
            f"The project's title {name!r} has {len(name)} characters, and Label Studio takes {TITLE}. "
            "Shorten the workspace's name (DATA=folder) or the pseudonym in labeling/assignments.toml."
        )
    return name


def connect(environ: Mapping[str, str]) -> "Studio":
    """Open the door to the Label Studio that LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY name, or say what is wrong."""
    url, key = environ.get("LABEL_STUDIO_URL", "").rstrip("/"), environ.get("LABEL_STUDIO_API_KEY", "")
    if not url or not key:
        raise ContractError(
            "LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY are not both set. Run `make studio` in another terminal and "
            "copy the two export lines it prints, or export those of your own Label Studio."
        )
    if not url.startswith(("http://", "https://")):
        raise ContractError(f"LABEL_STUDIO_URL is {url!r}, which does not begin with http:// or https://. Correct it.")
    check_version(url)
    return Studio(url, key)


def browser(url: str, timeout: httpx.Timeout = TIMEOUT) -> httpx.Client:
    """An HTTP client for one Label Studio; a proxy of the environment is not asked for the loopback."""
    return httpx.Client(base_url=url, timeout=timeout, trust_env=urlsplit(url).hostname not in LOOPBACK)


def healthy(url: str) -> bool:
    """Whether a Label Studio is up."""
    try:
        with browser(url, httpx.Timeout(5)) as client:
            return client.get("/health").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def check_version(url: str) -> None:
    """Refuse what is no Label Studio, or an older one than this was tried with."""
    with told(url, ""), browser(url) as client:
        found = re.search(r'"release": ?"(\d+)\.(\d+)[^"]*"', client.get("/api/version").text)
    if not found:
        raise ContractError(f"{url} answers, but is no Label Studio. Correct LABEL_STUDIO_URL.")
    release = (int(found[1]), int(found[2]))
    if release < OLDEST:
        raise ContractError(
            f"{url} is Label Studio {found[1]}.{found[2]}; {OLDEST[0]}.{OLDEST[1]} or newer is needed. Upgrade it."
        )


@contextmanager
def told(url: str, key: str) -> Iterator[None]:
    """Tell what went wrong in one line, without what Label Studio or its SDK put into theirs: cookies, keys, pages."""
    from label_studio_sdk.core.api_error import ApiError

    try:
        yield
    except httpx.ConnectError:
        raise ContractError(
            f"Nobody answers at {url}. Start Label Studio with `make studio`, or correct LABEL_STUDIO_URL."
        ) from None
    except httpx.TransportError as error:
        raise Lost(lost(url, type(error).__name__)) from None
    except ApiError as error:
        status = error.status_code or 0
        if status == 0 or status >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise Lost(lost(url, f"HTTP {status}")) from None
        raise ContractError(refusal(url, key, status, error.body)) from None


def lost(url: str, how: str) -> str:
    """What to say when nobody knows whether a request was carried out."""
    return (
        f"The connection to {url} was lost ({how}). "
        "Run the same command again: it looks what is there, and sends nothing twice."
    )


def refusal(url: str, key: str, status: int, body: object) -> str:
    """What to say of a request that was refused."""
    if status == httpx.codes.UNAUTHORIZED:
        return f"{url} does not accept LABEL_STUDIO_API_KEY, {kind(key)}"
    if status == httpx.codes.FORBIDDEN:
        return f"The account of LABEL_STUDIO_API_KEY may not do this at {url}. Export the key of an administrator."
    if status == httpx.codes.NOT_FOUND:
        return f"What was asked for is not at {url}: a project or a task was deleted. Run `make push` again."
    detail = body.get("validation_errors") or body.get("detail") if isinstance(body, dict) else ""
    said = " ".join(str(detail or "no reason given").split())[:300]
    return f"{url} refused the request (HTTP {status}: {said})."


def kind(key: str) -> str:
    """Which kind of key was given, without showing it, and what to do when it is refused."""
    if re.fullmatch(r"[0-9a-f]{40}", key):
        return (
            "a legacy token (40 hex digits). Export the one `make studio` printed; a Label Studio of your own may have "
            "legacy tokens switched off: then export a personal token (Account & Settings, Personal Access Token)."
        )
    if key.count(".") == 2:  # noqa: PLR2004 - header.payload.signature
        return (
            "a personal token: it is revoked, expired, or of another Label Studio. "
            "Make a new one (Account & Settings, Personal Access Token) and export it."
        )
    return (
        "which is neither a legacy token (40 hex digits) nor a personal token (three parts between dots). "
        "Copy the whole of it again."
    )


def check_screen(screen: str) -> None:
    """Refuse a screen that Label Studio would not show, without asking one."""
    from label_studio_sdk._legacy import exceptions
    from label_studio_sdk.label_interface.interface import LabelInterface

    wrong: tuple[type[Exception], ...] = (
        exceptions.LabelStudioValidationErrorSentryIgnored,
        exceptions.LabelStudioXMLSyntaxErrorSentryIgnored,
    )
    try:
        LabelInterface(screen).validate()  # type: ignore[no-untyped-call]
    except wrong as error:
        said = " ".join(str(error).split())[:300]
        raise ContractError(f"Label Studio cannot show this screen: {said}. Correct labeling/codebook.toml.") from None


class Studio:
    """A Label Studio as one account sees it."""

    def __init__(self, url: str, key: str) -> None:
        """Sign in; the key is refused here or not at all."""
        import label_studio_sdk

        self.url, self._key = url, key
        door: Any = label_studio_sdk.LabelStudio  # its types say less than its answers hold
        with self._told():
            # The SDK's retries would send an import again that was only answered late.
            self.sdk = door(base_url=url, api_key=key, httpx_client=browser(url), max_retries=0, timeout=TIMEOUT.read)
            self.account = int(self.sdk.users.whoami().id)

    def _told(self) -> Any:
        return told(self.url, self._key)

    def find(self, name: str) -> "Project | None":
        """The project of this title, None if there is none."""
        with self._told():
            listed = self.sdk.projects.list(title=name, include="id,title,label_config", page_size=100)
            found = [one for one in listed if one.title == name]
        if len(found) > 1:
            numbers = " and ".join(str(one.id) for one in found)
            raise ContractError(f"{self.url} has two projects {name!r}, {numbers}. Delete the one without answers.")
        return Project(self, found[0].id, name, found[0].label_config or "") if found else None

    def create(self, name: str, screen: str, guidelines: str) -> "Project":
        """Make a project with its screen, and with guidelines that are shown before the first task."""
        with self._told():
            made = self.sdk.projects.create(
                title=name, label_config=screen, expert_instruction=guidelines, show_instruction=True
            )
        return Project(self, made.id, name, screen)

    def invitation(self) -> str:
        """The secret of the link by which annotators make their accounts."""
        with self._told(), browser(self.url) as client:
            headers = self.sdk._client_wrapper.get_headers()
            return str(checked(client.get("/api/invite", headers=headers))["token"])

    def invite_link(self) -> str:
        """The address at which annotators make their accounts."""
        return f"{self.url}/user/signup/?token={self.invitation()}"

    def own(self, annotator: str) -> "Studio":
        """The same Label Studio as the annotator's own account sees it; the account is made if there is none.

        Its password is made of the invitation, which whoever may make accounts knows anyway and which outlives a change
        of the administrator's key; so it need not be kept anywhere.
        """
        secret = self.invitation().encode()
        mark = hashlib.sha256(secret).hexdigest()[:6]  # another invitation makes other accounts
        email = f"{annotator}-{mark}@sanction-stance.example"
        login = {"email": email, "password": hmac.new(secret, email.encode(), "sha256").hexdigest()}
        with self._told(), browser(self.url) as client:
            if not (
                submitted(client, f"/user/signup/?token={secret.decode()}", login)
                or submitted(client, "/user/login/", login)
            ):
                raise ContractError(
                    f"The account of {annotator} is at {self.url} with another password. "
                    "Reset the invite link (Organization, Invite People) and run the same command again."
                )
            return Studio(self.url, own_key(client))


def submitted(client: httpx.Client, page: str, form: Mapping[str, str]) -> bool:
    """Fill in one of Label Studio's pages as a browser does, and say whether it let us in."""
    client.get(page)
    sent = {**form, "csrfmiddlewaretoken": client.cookies.get("csrftoken", "")}
    return client.post(page, data=sent, headers={"referer": str(client.base_url)}).status_code == httpx.codes.FOUND


def own_key(client: httpx.Client) -> str:
    """The key of whoever is signed in: the legacy token where those are on, else a new personal one."""
    if checked(client.get("/api/jwt/settings"))["legacy_api_tokens_enabled"]:
        return str(checked(client.get("/api/current-user/token"))["token"])
    for old in checked(client.get("/api/token/")):  # shown once only, so an earlier one cannot be used again
        client.post("/api/token/blacklist/", json={"refresh": old["token"]})
    return str(checked(client.post("/api/token/"))["token"])


def checked(response: httpx.Response) -> Any:
    """What a response holds, or the SDK's own error if it was refused."""
    from label_studio_sdk.core.api_error import ApiError

    if response.is_error:
        raise ApiError(status_code=response.status_code)
    return response.json()


class Project:
    """An annotator's project."""

    def __init__(self, studio: Studio, number: int, name: str, screen: str) -> None:
        """A project that is there."""
        self.studio, self.number, self.title, self.screen = studio, number, name, screen

    def seen_by(self, studio: Studio) -> "Project":
        """The same project as another account sees it."""
        return Project(studio, self.number, self.title, self.screen)

    def _listed(self, **more: Any) -> Any:
        return self.studio.sdk.tasks.list(project=self.number, fields="all", **more)

    def state(self) -> State:
        """What the project says of itself now."""
        with self.studio._told():
            said = self.studio.sdk.projects.get(self.number)
            latest = self._listed(
                page=1, page_size=1, include="id,updated_at", query=json.dumps({"ordering": ["-tasks:updated_at"]})
            ).items
        answers = (said.total_annotations_number or 0) + (said.skipped_annotations_number or 0)
        changed = f"{latest[0].id} {latest[0].updated_at.isoformat()}" if latest else ""
        return State(tasks=said.task_number or 0, answers=answers, changed=changed)

    def page(self, number: int, fields: str = FIELDS) -> list[Task]:
        """One page of the tasks with their answers, in the order in which they were added; none after the last."""
        from label_studio_sdk.core.api_error import ApiError

        with self.studio._told():
            try:
                ordering = json.dumps({"ordering": ["tasks:id"]})
                listed = self._listed(page=number, page_size=PAGE, include=fields, query=ordering).items
            except ApiError as error:
                if error.status_code != httpx.codes.NOT_FOUND:
                    raise
                return []
        return [Task(one.id, one.data, one.annotations or ()) for one in listed]

    def item_ids(self) -> list[str]:
        """The item of each task, page by page; an item stands twice if it was added twice."""
        found, number = [], 1
        while page := self.page(number, "id,data"):
            found += [str(task.data.get("item_id", "")) for task in page]
            number += 1
        return found

    def add(self, tasks: Sequence[Mapping[str, Any]]) -> None:
        """Add tasks, at most 1,000 at a time; all or, where the connection is lost, perhaps none."""
        with self.studio._told():
            self.studio.sdk.projects.import_tasks(self.number, request=[{"data": dict(task)} for task in tasks])

    def answer(self, task: int, result: Sequence[Mapping[str, object]], unique_id: str) -> bool:
        """Answer a task; False if an answer of this unique_id (a UUID) is there already."""
        from label_studio_sdk.core.api_error import ApiError

        with self.studio._told():
            try:
                self.studio.sdk.annotations.create(
                    task, result=[dict(part) for part in result], unique_id=unique_id, was_cancelled=False
                )
            except ApiError as error:
                if error.status_code != httpx.codes.CONFLICT:
                    raise
                return False
        return True
