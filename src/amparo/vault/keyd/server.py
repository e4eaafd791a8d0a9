"""The socket of keyd: one thread a connection, not too many of them."""

from __future__ import annotations

import contextlib
import fcntl
import grp
import logging
import os
import socket
import struct
import threading
from pathlib import Path
from typing import IO, Final

from amparo.vault.keyd import protocol
from amparo.vault.keyd.protocol import Closed, Unreadable
from amparo.vault.keyd.service import Peer, Service
from amparo.vault.rules import KeysAway

logger = logging.getLogger("amparo.keyd")

MOST_CONNECTIONS: Final = 64
SECONDS_FOR_A_MESSAGE: Final = 5.0
STACK: Final = 512 * 1024  # locked memory: sixty-four stacks of the usual size would be half a gigabyte
_PEER: Final = struct.Struct("3i")


class Server:
    """Listens at one path; of two at one path, the second is refused."""

    def __init__(self, path: Path, service: Service, *, group: str = "") -> None:
        self._path = path
        self._service = service
        self._connections = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self._lock = _only_one(path)
        self._listener = _listen(path, group)

    def serve(self) -> None:
        """Answer until `close`, or until a signal ends it by an exception."""
        threading.stack_size(STACK)
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            if not self._connections.acquire(blocking=False):
                with contextlib.suppress(OSError), connection:
                    protocol.send(connection, {"error": "busy"})
                continue
            threading.Thread(target=self._talk, args=(connection,), name="keyd", daemon=True).start()

    def close(self) -> None:
        """Stop listening; what is being answered ends with the process."""
        self._listener.close()
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()
        self._lock.close()

    def _talk(self, connection: socket.socket) -> None:
        from django.db import connections

        try:
            with contextlib.suppress(Closed, OSError), connection:
                peer = _peer_of(connection)
                while _answer_one(connection, self._service, peer):
                    pass
        finally:
            connections.close_all()
            self._connections.release()


def _answer_one(connection: socket.socket, service: Service, peer: Peer) -> bool:
    """Answer one request; False when the connection is of no more use."""
    connection.settimeout(None)  # between two requests it may rest as long as it likes
    if not connection.recv(1, socket.MSG_PEEK):
        return False
    connection.settimeout(SECONDS_FOR_A_MESSAGE)
    try:
        body = protocol.receive_body(connection, largest=protocol.LARGEST_REQUEST)
    except Unreadable:
        protocol.send(connection, {"error": "unreadable"})
        return False
    protocol.send(connection, service.answer(body, peer))
    return True


def _peer_of(connection: socket.socket) -> Peer:
    said = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    process, user, _ = _PEER.unpack(said)
    return Peer(process=process, user=user)


def _only_one(path: Path) -> IO[str]:
    file = path.with_name(path.name + ".lock").open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise KeysAway(f"A keyd runs already at {path}.") from None
    return file


def _listen(path: Path, group: str) -> socket.socket:
    with contextlib.suppress(FileNotFoundError):
        path.unlink()  # of one that was killed: the lock says that none lives
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(path))  # under the umask 077 of this process: nobody else, from the first moment
    except OSError as error:
        listener.close()
        raise KeysAway(f"The socket {path} cannot be made: {error.strerror or error}.") from None
    path.chmod(0o600)
    if group:
        try:
            os.chown(path, -1, grp.getgrnam(group).gr_gid)
        except (KeyError, PermissionError):
            listener.close()
            raise KeysAway(f"The socket cannot be given to the group {group}: is this user in it?") from None
        path.chmod(0o660)
    listener.listen(MOST_CONNECTIONS)
    return listener
