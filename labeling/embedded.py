"""Label Studio in a process of its own: takes today's password and key, and never outlives whoever started it."""

import logging
import os
import sys
import threading
from importlib import import_module

PARENT = 0  # standard input: a pipe of which only whoever started us holds the other end

KEPT_OPEN = 60  # seconds that an SQLite stays open for one client: opening it for each request costs a third more
# Each write waits for its turn instead of failing with "database is locked", and readers are not held up by it.
SQLITE = {
    "timeout": 60,  # seconds
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}


def end_with_parent() -> None:
    """End when the pipe from whoever started us closes, as it does however that process ends, on any system."""
    while os.read(PARENT, 1):
        pass
    os._exit(0)


def admit(username: str, password: str, key: str) -> None:
    """Give the account of an earlier start today's password and key; on the first start there is none yet.

    Label Studio itself leaves an account alone that is there already (1.23.2, `_create_user`).
    """
    user = import_module("users.models").User.objects.filter(email=username).first()
    if user is None:
        return
    user.set_password(password)
    user.save(update_fields=["password"])
    import_module("rest_framework.authtoken.models").Token.objects.filter(user=user).update(key=key)


def main() -> None:
    """Start Label Studio with the command line's words; what else it needs to know stands in the environment."""
    threading.Thread(target=end_with_parent, daemon=True).start()
    server = import_module("label_studio.server")
    # The line of a request may hold an invitation, so no request is logged; errors are, by another logger.
    logging.getLogger("django.server").addFilter(lambda record: False)
    server._setup_env()
    database = import_module("django.db").connections.databases["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database["OPTIONS"].update(SQLITE)
        database["CONN_MAX_AGE"] = KEPT_OPEN
    server._apply_database_migrations()
    admit(*(os.environ[f"LABEL_STUDIO_{name}"] for name in ("USERNAME", "PASSWORD", "USER_TOKEN")))
    sys.exit(server.main())


if __name__ == "__main__":
    main()
