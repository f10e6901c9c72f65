"""A Hub on loopback: the slice of its HTTP API that the unmodified clients use to publish and to load, in memory.

A fixture, never the product. Large files go the LFS way, or the Xet way into a folder that hf_xet itself writes.
"""

import base64
import fnmatch
import hashlib
import json
import re
import struct
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

WRITER, READER = "hf_writer", "hf_reader"
LARGE = ("*.parquet", "*.skops", "*.zip")  # what the Hub's own .gitattributes sends the LFS way
ATTRIBUTES = "".join(f"{name} filter=lfs diff=lfs merge=lfs -text\n" for name in LARGE).encode()
MAIN = "refs/heads/main"


class Refusal(Exception):
    """An answer that is no 200."""

    def __init__(self, status, message, code=""):
        super().__init__(message)
        self.status, self.message = status, message
        self.headers = {"X-Error-Message": message, **({"X-Error-Code": code} if code else {})}


@dataclass
class Fault:
    """What is to go wrong: the request it waits for, how many it spoils after how many it lets pass, and how.

    how is "status" (answered so, undone), "cut" (hung up before it is done) or "lost" (done, and hung up).
    """

    method: str
    path: str
    how: str = "status"
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    passes: int = 0

    def strikes(self, method, path):
        if method != self.method or not re.search(self.path, path) or not self.times:
            return False
        if self.passes:
            self.passes -= 1
            return False
        self.times -= 1
        return True


@dataclass(frozen=True)
class Blob:
    """A file of a tree: its bytes, or the sha256 and size of a large one that is kept elsewhere."""

    content: bytes = b""
    sha256: str = ""
    size: int = 0

    @property
    def pointer(self):
        return f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256}\nsize {self.size}\n".encode()

    @property
    def oid(self):
        told = self.pointer if self.sha256 else self.content
        return hashlib.sha1(b"blob %d\0" % len(told) + told, usedforsecurity=False).hexdigest()

    def info(self, path):
        large = {"oid": self.sha256, "size": self.size, "pointerSize": len(self.pointer)}
        size = self.size if self.sha256 else len(self.content)
        return {"type": "file", "path": path, "size": size, "oid": self.oid, **({"lfs": large} if self.sha256 else {})}


@dataclass
class Repository:
    """One repository: its commits, what they are called, and who may see it."""

    name: str
    kind: str
    private: bool
    gated: Any = False
    commits: dict[str, dict[str, Any]] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    lock: Any = field(default_factory=threading.RLock)

    def __post_init__(self):
        self.add(MAIN, None, {".gitattributes": Blob(ATTRIBUTES)}, "initial commit", "")

    def add(self, ref, parent, tree, title, message):
        told = [parent, sorted((path, blob.oid) for path, blob in tree.items()), title, message, len(self.commits)]
        commit = hashlib.sha1(json.dumps(told).encode(), usedforsecurity=False).hexdigest()
        date = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        self.commits[commit] = {"parent": parent, "tree": tree, "title": title, "message": message, "date": date}
        self.refs[ref] = commit
        return commit

    def resolve(self, revision):
        named = {**self.tags, **{ref.removeprefix("refs/heads/"): to for ref, to in self.refs.items()}, **self.refs}
        found = [named[revision]] if revision in named else [one for one in self.commits if one == revision]
        if not found:
            raise Refusal(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return found[0]

    def tree(self, revision):
        return self.commits[self.resolve(revision)]["tree"]

    def history(self):
        commit = self.refs[MAIN]
        while commit:
            yield commit
            commit = self.commits[commit]["parent"]

    @property
    def releases(self):
        """The titles of its commits, the oldest first, without the one that every repository begins with."""
        return [self.commits[commit]["title"] for commit in self.history()][-2::-1]

    def names(self, revision="main"):
        return sorted(set(self.tree(revision)) - {".gitattributes"})


class Xet:
    """The store that hf_xet's own client of a local folder writes."""

    def __init__(self, folder):
        self.folder, self.url = folder, f"local://{folder}"

    def hashes(self):
        """The xet hash of each sha256, read from the shards."""
        found = {}
        for shard in Path(self.folder).glob("xet/xorbs/shards/*.mdb"):
            raw, at = shard.read_bytes(), 48
            while raw[at : at + 32] != b"\xff" * 32:
                flags, count = struct.unpack_from("<II", raw, at + 32)
                end = at + 48 * (1 + count * (2 if flags >> 31 else 1))
                if flags >> 30 & 1:
                    found[hexadecimal(raw[end : end + 32])] = hexadecimal(raw[at : at + 32])
                    end += 48
                at = end
        return found

    def read(self, sha256, size):
        """A file's bytes, put together again by hf_xet."""
        from hf_xet import XetFileInfo, XetSession

        with tempfile.TemporaryDirectory() as folder:
            with XetSession().new_file_download_group(
                endpoint=self.url, token="x", token_expiry_unix_secs=1 << 40
            ) as group:
                group.start_download_file(XetFileInfo(self.hashes()[sha256], size), f"{folder}/file")
            return Path(folder, "file").read_bytes()


def hexadecimal(raw):
    """A hash as Xet writes it: four numbers, each with its last byte first."""
    return b"".join(raw[at : at + 8][::-1] for at in range(0, 32, 8)).hex()


class Hub(ThreadingHTTPServer):
    """Repositories by kind and name, tokens with who they are of and what he may do, and the faults to come."""

    daemon_threads = True

    def __init__(self, xet=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.tokens = {WRITER: ("alice", "write"), READER: ("bob", "read")}
        self.repos: dict[tuple[str, str], Repository] = {}
        self.large: dict[str, bytes] = {}
        self.faults: list[Fault] = []
        self.asked: list[tuple[str, str]] = []
        self.xet: Any = Xet(xet) if xet else None
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request, client_address):
        """A client that hung up is no news."""

    def has(self, sha256):
        return sha256 in (self.xet.hashes() if self.xet else self.large)

    def content(self, blob):
        if not blob.sha256:
            return blob.content
        return self.xet.read(blob.sha256, blob.size) if self.xet else self.large[blob.sha256]

    def repo(self, name="alice/data", kind="dataset"):
        return self.repos[kind, name]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Hub

    def log_message(self, *args):
        """Say nothing."""

    def handle_any(self):
        address = urlsplit(self.path)
        path, self.query = unquote(address.path), {key: value[-1] for key, value in parse_qs(address.query).items()}
        self.server.asked.append((self.command, path))
        fault = next((one for one in self.server.faults if one.strikes(self.command, path)), None)
        if fault and fault.how == "cut":
            self.close_connection = True
            return
        self.body = self.read_body()
        if fault and fault.how == "status":
            self.send(fault.status, {"error": "as the test wants it"}, fault.headers)
            return
        answer = self.answer(address.path)
        if fault:
            self.close_connection = True
            return
        self.send(*answer)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any  # noqa: N815

    def answer(self, path):
        try:
            for method, pattern, name in ROUTES:
                if self.command in method.split() and (found := re.fullmatch(pattern, path)):
                    return getattr(self, name)(
                        **{key: value and unquote(value) for key, value in found.groupdict().items()}
                    )
            raise Refusal(404, f"no route {self.command} {path}")
        except Refusal as why:
            return why.status, {"error": why.message}, why.headers
        except Exception as error:  # 501 is not retried by the client: a mistake of ours shows at once
            return 501, {"error": f"the stand-in failed: {error!r}"}, {}

    def read_body(self):
        """The whole of it, always: or a connection that is kept gets out of step."""
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def send(self, status, told, headers=None):
        raw = told if isinstance(told, bytes) else json.dumps(told).encode()
        kind = {} if isinstance(told, bytes) else {"Content-Type": "application/json"}
        self.send_response(status)
        for name, value in {"Content-Length": len(raw), **kind, **(headers or {})}.items():
            self.send_header(name, str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(raw)

    @property
    def json(self):
        return json.loads(self.body or b"{}")

    # who asks, and for what

    def user(self, write=False):
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if token and token not in self.server.tokens:
            raise Refusal(401, "Invalid credentials in Authorization header")
        if write and not token:
            raise Refusal(401, "Invalid username or password.")
        if write and self.server.tokens[token][1] != "write":
            raise Refusal(403, "You don't have the rights to write here. Use a token with the write role")
        return self.server.tokens[token][0] if token else None

    def repo(self, kind, name, write=False):
        user, found = self.user(), self.server.repos.get((kind, name))
        if found is None or (found.private and user is None):
            raise Refusal(404 if user else 401, "Repository not found", "RepoNotFound")
        if write:
            self.user(write=True)
        return found

    def web(self, kind, name):
        return f"{self.server.url}/{'datasets/' if kind == 'dataset' else ''}{name}"

    def whoami(self):
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        name = self.user() or self.user(write=True)
        role = {"displayName": "ours", "role": self.server.tokens[token][1]}
        about = {"type": "user", "id": "1", "orgs": [], "fullname": ""}
        return 200, about | {"name": name, "auth": {"type": "access_token", "accessToken": role}}

    def create(self):
        user, asked = self.user(write=True), self.json
        kind, name = asked.get("type") or "model", f"{asked.get('organization') or user}/{asked['name']}"
        if (kind, name) in self.server.repos:
            return 409, {"error": "You already created this repo", "url": self.web(kind, name)}, {}
        private = bool(asked.get("private") or asked.get("visibility") == "private")
        self.server.repos[kind, name] = Repository(name, kind, private)
        return 200, {"url": self.web(kind, name), "name": name}

    def yaml(self):
        good = re.match(r"^---\r?\n.*?\r?\n---", self.json["content"], re.DOTALL)
        return 200, {
            "errors": [],
            "warnings": [] if good else [{"message": "empty or missing yaml metadata in repo card"}],
        }

    def info(self, kind, name, revision=None):
        repo = self.repo(kind, name)
        commit = repo.resolve(revision or "main")
        said = {"id": name, "author": name.split("/")[0], "sha": commit, "private": repo.private, "gated": repo.gated}
        more = {"disabled": False, "downloads": 0, "likes": 0, "tags": [], "lastModified": repo.commits[commit]["date"]}
        return 200, {**said, **more, "siblings": [{"rfilename": path} for path in repo.tree(commit)]}

    def settings(self, kind, name):
        repo, asked = self.repo(kind, name, write=True), self.json
        repo.private = asked.get("visibility", "private" if repo.private else "") == "private"
        repo.gated = asked.get("gated", repo.gated)
        return 200, {}

    # reading

    def tree(self, kind, name, revision, path=None):
        begin, deep, found = f"{path}/" if path else "", self.query.get("recursive", "").lower() == "true", {}
        for file, blob in sorted(self.repo(kind, name).tree(revision).items()):
            if file.startswith(begin):
                *folders, _ = file[len(begin) :].split("/")
                for depth in range(1, len(folders) + 1 if deep else min(1, len(folders)) + 1):
                    folder = begin + "/".join(folders[:depth])
                    found[folder] = as_folder(folder)
                if deep or not folders:
                    found[file] = blob.info(file)
        if path and not found:
            raise Refusal(404, f"{path} does not exist on {revision!r}", "EntryNotFound")
        return 200, list(found.values())

    def paths_info(self, kind, name, revision):
        tree, paths = self.repo(kind, name).tree(revision), parse_qs(self.body.decode()).get("paths", [])
        folders = [path for path in paths if any(file.startswith(f"{path}/") for file in tree)]
        return 200, [tree[path].info(path) for path in paths if path in tree] + [as_folder(path) for path in folders]

    def resolve(self, name, revision, path, kind=None):
        repo = self.repo((kind or "models/")[:-2], name)
        commit, blob = repo.resolve(revision), repo.tree(revision).get(path)
        if blob is None:
            why = Refusal(404, "Entry not found", "EntryNotFound")
            why.headers["X-Repo-Commit"] = commit
            raise why
        headers = {"X-Repo-Commit": commit, "ETag": f'"{blob.sha256 or blob.oid}"', "Accept-Ranges": "bytes"}
        if blob.sha256:
            headers |= {"X-Linked-Size": blob.size, "X-Linked-ETag": f'"{blob.sha256}"', "Content-Length": blob.size}
        if blob.sha256 and self.server.xet:
            refresh = f"{self.server.url}/api/{repo.kind}s/{name}/xet-read-token/{commit}"
            headers |= {"X-Xet-Hash": self.server.xet.hashes()[blob.sha256], "X-Xet-Refresh-Route": refresh}
        if self.command == "HEAD":
            return 200, b"" if blob.sha256 else blob.content, headers
        return self.piece(self.server.content(blob), headers)

    def piece(self, content, headers):
        """The whole, or the bytes that were asked for."""
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not asked:
            return 200, content, {**headers, "Content-Length": len(content)}
        first, last = int(asked[1]), min(int(asked[2] or len(content)), len(content) - 1)
        part = content[first : last + 1]
        told = {"Content-Range": f"bytes {first}-{last}/{len(content)}", "Content-Length": len(part)}
        return 206, part, {**headers, **told}

    # writing

    def preupload(self, kind, name, revision):
        tree, told = self.repo(kind, name, write=True).tree(revision), []
        for file in self.json["files"]:
            base, old = file["path"].split("/")[-1], tree.get(file["path"])
            binary = b"\0" in base64.b64decode(file["sample"])
            large = binary or any(fnmatch.fnmatch(base, pattern) for pattern in LARGE)
            known = {"oid": old.sha256 or old.oid} if old else {}
            mode = "lfs" if large else "regular"
            told.append({"path": file["path"], "shouldIgnore": False, "uploadMode": mode, **known})
        return 200, {"files": told}

    def lfs_batch(self, name, kind=None):
        self.repo((kind or "models/")[:-2], name, write=True)
        objects = [{"oid": one["oid"], "size": one["size"], **self.actions(one["oid"])} for one in self.json["objects"]]
        return 200, {"transfer": "basic", "objects": objects}

    def actions(self, oid):
        if oid in self.server.large:
            return {}
        href = f"{self.server.url}/_lfs/{oid}"
        return {"actions": {"upload": {"href": href}, "verify": {"href": f"{href}/verify"}}}

    def lfs_put(self, oid):
        if hashlib.sha256(self.body).hexdigest() != oid:
            raise Refusal(400, "sha256 mismatch")
        self.server.large[oid] = self.body
        return 200, b""

    def lfs_verify(self, oid):
        whole = len(self.server.large.get(oid, b"")) == self.json["size"]
        return (200, {}) if whole else (404, {"error": "not found"})

    def xet_token(self, kind, name, right, revision=None):
        self.repo(kind, name, write=right == "write")
        told = {"casUrl": self.server.xet.url, "accessToken": "x", "exp": int(datetime.now(UTC).timestamp()) + 3600}
        names = ("X-Xet-Cas-Url", "X-Xet-Access-Token", "X-Xet-Token-Expiration")
        return 200, told, dict(zip(names, told.values(), strict=True))

    def commit(self, kind, name, revision):
        repo, ref = self.repo(kind, name, write=True), f"refs/heads/{revision}"
        head, *operations = [json.loads(line) for line in self.body.splitlines() if line.strip()]
        head = head["value"]
        with repo.lock:
            tip = repo.resolve(revision)
            if repo.resolve(head.get("parentCommit") or tip) != tip:
                raise Refusal(412, "A commit has happened since. Please refresh and try again.")
            tree = dict(repo.tree(tip))
            for one in operations:
                self.operate(tree, one["key"], one["value"])
            commit = repo.add(ref, tip, tree, head["summary"], head.get("description", ""))
        return 200, {"success": True, "commitOid": commit, "commitUrl": f"{self.web(kind, name)}/commit/{commit}"}

    def operate(self, tree, key, value):
        path = value["path"]
        if key == "file":
            tree[path] = Blob(base64.b64decode(value["content"]))
        elif key == "lfsFile":
            if not self.server.has(value["oid"]):
                raise Refusal(400, f"LFS pointer pointed to a file that does not exist: {path}")
            size = value.get("size") or len(self.server.large[value["oid"]])
            tree[path] = Blob(sha256=value["oid"], size=size)
        elif tree.pop(path, None) is None:
            raise Refusal(404, f"A file with this name doesn't exist: {path}", "EntryNotFound")

    # names of commits

    def refs(self, kind, name):
        repo = self.repo(kind, name)
        tags = [{"name": tag, "ref": f"refs/tags/{tag}", "targetCommit": to} for tag, to in repo.tags.items()]
        branches = [{"name": "main", "ref": MAIN, "targetCommit": repo.refs[MAIN]}]
        return 200, {"branches": branches, "tags": tags, "converts": [], "pullRequests": []}

    def commits(self, kind, name, revision):
        repo = self.repo(kind, name)
        told = [(commit, repo.commits[commit]) for commit in repo.history()]
        return 200, [
            {"id": at, "authors": [], **{key: one[key] for key in ("title", "message", "date")}} for at, one in told
        ]

    def tag(self, kind, name, revision):
        repo = self.repo(kind, name, write=True)
        with repo.lock:
            if self.json["tag"] in repo.tags:
                raise Refusal(409, "Tag already exists")
            repo.tags[self.json["tag"]] = repo.resolve(revision)
        return 200, {}


def as_folder(path):
    """A folder of a tree."""
    oid = hashlib.sha1(path.encode(), usedforsecurity=False).hexdigest()
    return {"type": "directory", "path": path, "size": 0, "oid": oid}


API = r"/api/(?P<kind>model|dataset)s/(?P<name>[^/]+/[^/]+)"
WEB = r"/(?P<kind>datasets/)?(?P<name>[^/]+/[^/]+)"
REVISION = "(?P<revision>[^/]+)"
OID = "(?P<oid>[0-9a-f]{64})"
ROUTES = [
    ("GET", "/api/whoami-v2", "whoami"),
    ("POST", "/api/repos/create", "create"),
    ("POST", "/api/validate-yaml", "yaml"),
    ("PUT", f"{API}/settings", "settings"),
    ("GET", API, "info"),
    ("GET", f"{API}/revision/{REVISION}", "info"),
    ("GET", f"{API}/tree/{REVISION}(?:/(?P<path>.*))?", "tree"),
    ("POST", f"{API}/paths-info/{REVISION}", "paths_info"),
    ("GET HEAD", f"{WEB}/resolve/{REVISION}/(?P<path>.+)", "resolve"),
    ("POST", f"{API}/preupload/{REVISION}", "preupload"),
    ("POST", rf"{WEB}\.git/info/lfs/objects/batch", "lfs_batch"),
    ("PUT", f"/_lfs/{OID}", "lfs_put"),
    ("POST", f"/_lfs/{OID}/verify", "lfs_verify"),
    ("GET", f"{API}/xet-(?P<right>read|write)-token(?:/{REVISION})?", "xet_token"),
    ("POST", f"{API}/commit/{REVISION}", "commit"),
    ("GET", f"{API}/refs", "refs"),
    ("GET", f"{API}/commits/{REVISION}", "commits"),
    ("POST", f"{API}/tag/{REVISION}", "tag"),
]


@contextmanager
def serving(xet: Path | None = None) -> Iterator[Hub]:
    """A Hub that runs in a thread; with a folder for Xet it serves that way, or else LFS's."""
    hub = Hub(xet)
    thread = threading.Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        hub.server_close()
        thread.join()
