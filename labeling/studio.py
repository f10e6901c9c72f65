"""The door to Label Studio: the only module that knows its addresses and its SDK."""

import hashlib
import hmac
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx

from corpus.errors import ContractError
from labeling.trouble import PATIENCE, Refused, patient, personal, told

OLDEST = (1, 23)  # the version all of this was tried with
TITLE = 50  # Label Studio's longest title, characters
PAGE = 500  # tasks a page
TIMEOUT = httpx.Timeout(
    300, connect=10
)  # seconds; a server whose SQLite is locked answers late, and must not be asked twice
LOOPBACK = ("127.0.0.1", "localhost", "::1")
# What a page tells of a task and, in the same breath, of its answers: Label Studio has one list for both.
ANSWERED = (
    "id,data,annotations,completed_by,created_at,updated_at,lead_time,was_cancelled,ground_truth,"
    "parent_prediction,last_action,result"
)
FOREIGN = "its answer is none of Label Studio's, so something stands before it, such as a page to sign in"
HELD = "id,data,total_annotations,cancelled_annotations"
COUNTS = "task_number,total_annotations_number,skipped_annotations_number"
Filter = Mapping[str, object]
BEHIND: Filter = {"filter": "filter:tasks:id", "operator": "greater", "type": "Number"}
SINCE: Filter = {"filter": "filter:tasks:updated_at", "operator": "greater_or_equal", "type": "Datetime"}
UNANSWERED: Filter = {"filter": "filter:tasks:annotations_ids", "operator": "empty", "type": "String", "value": True}
UNBEGUN: Filter = {"filter": "filter:tasks:draft_exists", "operator": "equal", "type": "Boolean"}


@dataclass(frozen=True)
class Task:
    """A task as Label Studio holds it; `answers` are its annotations, skips among them, drafts not."""

    id: int
    data: Mapping[str, Any]
    answers: Sequence[Mapping[str, Any]] = ()


class Held(NamedTuple):
    """A task in brief: its number, the key by which we know it ("" if it is none of ours), how often answered."""

    id: int
    key: str
    answers: int


class State(NamedTuple):
    """What a project says of itself: how many tasks and how many answers (skips included) it has."""

    tasks: int
    answers: int


def title(workspace: str, what: str, version: str, who: str) -> str:
    """Name somebody's project; a new codebook version is a new project.

    >>> title("demo", "codebook", "1", "annotator-2")
    'demo codebook 1 annotator-2'
    """
    name = f"{workspace} {what} {version} {who}"
    if len(name) > TITLE:
        raise ContractError(
            f"The project's title {name!r} has {len(name)} characters, and Label Studio takes {TITLE}. "
            "Shorten the workspace's name (DATA=folder) or the pseudonym in assignments.toml."
        )
    return name


def connect(environ: Mapping[str, str]) -> "Studio":
    """Open the door to the Label Studio that LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY name, or say what is wrong."""
    url, key = named(environ)
    check_version(url)
    return Studio(url, key)


def named(environ: Mapping[str, str]) -> tuple[str, str]:
    """The address and the key that the environment holds."""
    url, key = environ.get("LABEL_STUDIO_URL", "").strip().rstrip("/"), environ.get("LABEL_STUDIO_API_KEY", "").strip()
    if not url or not key:
        raise ContractError(
            "LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY are not both set. Run `make studio` in another terminal and "
            "copy the two export lines it prints, or export those of your own Label Studio."
        )
    if not is_address(url):
        raise ContractError(f"LABEL_STUDIO_URL is {url!r}, which is no address as http://host:port. Correct it.")
    if not re.fullmatch(r"[!-~]+", key):
        raise ContractError("LABEL_STUDIO_API_KEY holds a character that no key has. Copy the whole of it again.")
    return url, key


def is_address(url: str) -> bool:
    """Whether a Label Studio may be at this address.

    >>> is_address("http://127.0.0.1:8080"), is_address("labels.example.org"), is_address("http://[here")
    (True, False, False)
    """
    try:
        parts = urlsplit(url)
        whole = bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, half of brackets
        return False
    return whole and parts.scheme in ("http", "https") and not re.search(r"\s", url)


def browser(url: str, timeout: httpx.Timeout = TIMEOUT, auth: httpx.Auth | None = None) -> httpx.Client:
    """An HTTP client for one Label Studio; a proxy of the environment is not asked for the loopback."""
    return httpx.Client(base_url=url, timeout=timeout, auth=auth, trust_env=urlsplit(url).hostname not in LOOPBACK)


def healthy(url: str) -> bool:
    """Whether a Label Studio is up."""
    try:
        with browser(url, httpx.Timeout(5)) as client:
            return client.get("/health").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def check_version(url: str) -> str:
    """The version of the Label Studio there; refuse what is none, or an older one than this was tried with."""
    with told(url, ""), browser(url) as client:
        found = re.match(r'\{.*"release": ?"((\d+)\.(\d+)[^"]*)"', client.get("/api/version").text, re.DOTALL)
    if not found:
        raise ContractError(f"{url} answers, but is no Label Studio. Correct LABEL_STUDIO_URL.")
    if (int(found[2]), int(found[3])) < OLDEST:
        raise ContractError(
            f"{url} is Label Studio {found[2]}.{found[3]}; {OLDEST[0]}.{OLDEST[1]} or newer is needed. Upgrade it."
        )
    return found[1]


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
        raise ContractError(f"Label Studio cannot show this screen: {said}. Correct codebook.toml.") from None


def offered(screen: str) -> dict[str, list[str]]:
    """What a screen asks: the choices under each name, as answers have them; none where people write.

    >>> offered('<View><Choices name="tone" toName="s"><Choice value="Sad" alias="sad"/></Choices></View>')
    {'tone': ['sad']}
    """
    asked = [tag for tag in ET.fromstring(screen).iter() if tag.get("toName")]  # noqa: S314 - expat stops entity bombs
    told = {str(tag.get("name")): [one.get("alias") or one.get("value") for one in tag.iter("Choice")] for tag in asked}
    return {name: [str(one) for one in choices] for name, choices in told.items()}


class Key(httpx.Auth):
    """How a key is shown: a legacy token as it is, a personal one by a pass that it buys for some minutes."""

    requires_response_body = True

    def __init__(self, url: str, key: str) -> None:
        """A key of either kind, for the Label Studio at url."""
        self._key, self._pass, self._counter = key, "", f"{url}/api/token/refresh/"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Show the key; a pass that has run out is bought anew, since a request refused for it was not carried out."""
        if not personal(self._key):
            request.headers["Authorization"] = f"Token {self._key}"
            yield request
            return
        for stale in (not self._pass, True):
            if stale:
                bought = yield httpx.Request("POST", self._counter, json={"refresh": self._key})
                self._pass = bought.json()["access"] if bought.status_code == httpx.codes.OK else ""
            request.headers["Authorization"] = f"Bearer {self._pass or 'none'}"
            if (yield request).status_code != httpx.codes.UNAUTHORIZED:
                return


def checked(response: httpx.Response) -> Any:
    """What a response holds; raise if the request was refused, or somebody else answered."""
    if response.is_error:
        raise Refused(response.status_code, reason(response))
    with suppress(ValueError):
        if response.is_success:
            return response.json() if response.content else None
    raise Refused(response.status_code, FOREIGN)


def reason(response: httpx.Response) -> str:
    """Why a request was refused, "" if no reason was given."""
    try:
        body = response.json()
    except ValueError:
        return ""
    return str(body.get("validation_errors") or body.get("detail") or "") if isinstance(body, dict) else ""


class Studio:
    """A Label Studio as one account sees it."""

    def __init__(self, url: str, key: str, patience: float = PATIENCE) -> None:
        """Sign in; the key is refused here or not at all. Patience, in seconds, is for a server that goes away."""
        self.url, self._key, self._patience = url, key, patience
        self.clock = datetime.now(UTC)  # the server's, as of its last answer
        self._http = browser(url, auth=Key(url, key))
        self.account = int(self.ask("GET", "/api/current-user/whoami")["id"])

    def told(self) -> AbstractContextManager[None]:
        """Tell in one line what goes wrong with a request."""
        return told(self.url, self._key)

    def fetch(self, method: str, path: str, body: object = None, **params: Any) -> httpx.Response:
        """Make one request, once, and return what came back as it is."""
        response = self._http.request(method, path, params=params, json=body)
        with suppress(ValueError, OverflowError):  # a date that is none
            self.clock = parsedate_to_datetime(response.headers.get("date", ""))
        return response

    def send(self, method: str, path: str, body: object = None, **params: Any) -> Any:
        """Make one request, once, and return what came back; raise if it was refused."""
        return checked(self.fetch(method, path, body, **params))

    def ask(self, method: str, path: str, body: object = None, **params: Any) -> Any:
        """Make one request, once, and return what came back."""
        with self.told():
            return self.send(method, path, body, **params)

    def read(self, path: str, **params: Any) -> Any:
        """Read something, which may be asked for again while the connection is lost."""
        return patient(lambda: self.ask("GET", path, **params), self._patience)

    def find(self, name: str) -> "Project | None":
        """The project of this title, None if there is none; a twin that a lost request left has no tasks."""
        shown = "id,title,label_config,created_at,task_number"
        alike = self.read("/api/projects/", title=name, include=shown, page_size=1000)["results"]
        found = [one for one in alike if one["title"] == name]
        filled = [one for one in found if one["task_number"]]
        if len(filled) > 1:
            numbers = " and ".join(str(one["id"]) for one in filled)
            raise ContractError(f"{self.url} has two projects {name!r}, {numbers}. Delete the one without answers.")
        chosen = min(filled or found, key=lambda one: int(one["id"]), default=None)
        return Project(self, chosen) if chosen else None

    def create(self, name: str, screen: str, guidelines: str) -> "Project":
        """Make a project with its screen, and with guidelines that are shown before the first task."""
        shown = {"label_config": screen, "expert_instruction": guidelines, "show_instruction": True}
        return Project(self, self.ask("POST", "/api/projects/", {"title": name, **shown}))

    def invitation(self) -> str:
        """The secret of the link by which annotators make their accounts."""
        return str(self.read("/api/invite")["token"])

    def invite_link(self) -> str:
        """The address at which annotators make their accounts."""
        return f"{self.url}/user/signup/?token={self.invitation()}"

    def members(self) -> list[int]:
        """The accounts that there are, by number."""
        return [int(one["id"]) for one in self.read("/api/users/", include="id")]

    def database(self) -> str:
        """SQLite or PostgreSQL, "" if it cannot be told: only one of them compares a list of annotators with a word."""
        filled = self.read("/api/projects/", include="id,task_number", page_size=1000)["results"]
        number = next((one["id"] for one in filled if one["task_number"]), None)
        if number is None:
            return ""
        compared = {"filter": "filter:tasks:annotators", "operator": "equal", "type": "List", "value": "nobody"}
        query = json.dumps({"filters": {"conjunction": "and", "items": [compared]}})
        with self.told():
            try:
                self.send("GET", "/api/tasks/", project=number, page=1, page_size=1, include="id", query=query)
            except Refused as error:
                if error.status != httpx.codes.BAD_REQUEST:
                    raise
                return "PostgreSQL"
        return "SQLite"

    def own(self, annotator: str) -> "Studio":
        """The same Label Studio as the annotator's own account sees it; the account is made if there is none.

        Its password is made of the invitation, which whoever may make accounts knows anyway and which outlives a change
        of the administrator's key; so it need not be kept anywhere.
        """
        secret = self.invitation().encode()
        mark = hashlib.sha256(secret).hexdigest()[:6]  # another invitation makes other accounts
        email = f"{annotator}-{mark}@sanction-stance.example"
        login = {"email": email, "password": hmac.new(secret, email.encode(), "sha256").hexdigest()}
        with self.told(), browser(self.url) as client:
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


class Project:
    """Somebody's project."""

    def __init__(self, studio: Studio, said: Mapping[str, Any]) -> None:
        """A project that is there, as Label Studio describes it; its number alone is not enough to tell it by."""
        self.studio, self._said = studio, said
        self.number, self.title, self.screen = int(said["id"]), str(said["title"]), str(said["label_config"] or "")
        self.identity = f"{self.number} {said['created_at']}"

    def seen_by(self, studio: Studio) -> "Project":
        """The same project as another account sees it."""
        return Project(studio, self._said)

    def clock(self) -> datetime:
        """What the clock of the server showed when it last answered."""
        return self.studio.clock

    def show(self, screen: str, guidelines: str) -> None:
        """Show another screen, which asks the same, and other guidelines."""
        told = {"label_config": screen, "expert_instruction": guidelines}
        self._said = self.studio.ask("PATCH", f"/api/projects/{self.number}/", told)
        self.screen = str(self._said["label_config"])

    def state(self) -> State:
        """What the project says of itself now."""
        said = self.studio.read(f"/api/projects/{self.number}/", include=COUNTS)
        return State(said["task_number"], said["total_annotations_number"] + said["skipped_annotations_number"])

    def latest(self) -> str:
        """When a task was last added, answered or otherwise changed, by the server's clock; "" if there is none."""
        newest = self._listed("updated_at", ordering="-tasks:updated_at", size=1)["tasks"]
        return str(newest[0]["updated_at"]) if newest else ""

    def drafts(self) -> int:
        """How many tasks somebody has begun to answer, or to change the answer of, and not submitted."""
        return int(self._listed("id", [{**UNBEGUN, "value": True}], size=1)["total"])

    def changed(self, since: str, after: int) -> list[Task]:
        """The next tasks behind number `after`, of those changed since then (all if ""), with their answers.

        In the order of their numbers, which never change: what is added, answered or deleted meanwhile moves none.
        """
        chosen = [{**BEHIND, "value": after}] + ([{**SINCE, "value": since}] if since else [])
        listed = self._listed(ANSWERED, chosen, fields="all")["tasks"]
        return [Task(one["id"], one["data"], one["annotations"]) for one in listed]

    def held(self) -> Iterator[Held]:
        """Every task in brief, in the order in which they were added."""
        after = 0
        while page := self._listed(HELD, [{**BEHIND, "value": after}])["tasks"]:
            after = page[-1]["id"]
            for one in page:
                answers = one["total_annotations"] + one["cancelled_annotations"]
                yield Held(one["id"], str(one["data"].get("key", "")), answers)

    def _listed(
        self,
        include: str,
        chosen: Sequence[Filter] = (),
        ordering: str = "tasks:id",
        size: int = PAGE,
        fields: str = "task_only",
    ) -> Any:
        """One page of the tasks that pass all filters."""
        query: dict[str, object] = {"ordering": [ordering]}
        if chosen:
            query["filters"] = {"conjunction": "and", "items": chosen}
        shown = {"include": include, "fields": fields, "resolve_uri": "false", "query": json.dumps(query)}
        return self.studio.read("/api/tasks/", project=self.number, page=1, page_size=size, **shown)

    def add(self, tasks: Sequence[Mapping[str, object]]) -> None:
        """Add tasks, at most 1,000 at a time; all or, where the connection is lost, perhaps none."""
        said = self.studio.ask("POST", f"/api/projects/{self.number}/import", [{"data": dict(task)} for task in tasks])
        if said["task_count"] != len(tasks):
            raise ContractError(
                f"{self.title!r} took {said['task_count']:,} of {len(tasks):,} tasks. Run `make push` again."
            )

    def remove(self, numbers: Sequence[int]) -> None:
        """Delete tasks, but none that is answered or begun in the moment in which the server deletes."""
        body = {
            "selectedItems": {"all": False, "included": list(numbers)},
            "filters": {"conjunction": "and", "items": [UNANSWERED, {**UNBEGUN, "value": False}]},
        }
        self.studio.ask("POST", "/api/dm/actions", body, id="delete_tasks", project=self.number)

    def answer(self, task: int, result: Sequence[Mapping[str, object]], unique_id: str) -> bool:
        """Answer a task; False if an answer of this unique_id (a UUID) is there already."""
        body = {"result": [dict(part) for part in result], "unique_id": unique_id, "was_cancelled": False}
        with self.studio.told():
            try:
                self.studio.send("POST", f"/api/tasks/{task}/annotations/", body)
            except Refused as error:
                if error.status != httpx.codes.CONFLICT:
                    raise
                return False
        return True
