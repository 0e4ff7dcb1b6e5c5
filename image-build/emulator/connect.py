"""Joins its standard input and output with a Unix socket: `connect.py SOCKET`. QEMU runs it for each connection that a box
makes to its neighbour; where nobody listens it ends at once, and so does the connection."""

import os
import socket
import sys
import threading


def _copy(source: int, target: int) -> None:
    try:
        while part := os.read(source, 65536):
            while part:
                part = part[os.write(target, part) :]
    except OSError:
        pass
    # Whichever side ends first ends both: os._exit does not wait for the other thread.
    os._exit(0)


def main() -> None:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(sys.argv[1])
    except OSError:
        sys.exit(1)
    threading.Thread(target=_copy, args=(connection.fileno(), 1), daemon=True).start()
    _copy(0, connection.fileno())


if __name__ == "__main__":
    main()
