"""The ports of this machine at which a Label Studio may listen."""

import socket

HOST = "127.0.0.1"
FOR_PEOPLE = 8080  # where people look for it first


def free_port(first: int = 0) -> int:
    """A port nobody listens at now: the first one from `first` on, or any."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HOST, first))
        except OSError:
            return free_port(first + 1)
        return int(tried.getsockname()[1])
