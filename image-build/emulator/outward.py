"""Carries one connection of the box to the harness: QEMU starts it for each (guestfwd), with the box on its standard input.

A program of its own, since QEMU passes connections of a restricted network only to programs: `python3 outward.py SOCKET`.
"""

import socket
import sys
import threading


def main() -> None:
    box = socket.socket(fileno=0)
    server = socket.socket(socket.AF_UNIX)
    try:
        server.connect(sys.argv[1])
    except OSError:
        return  # nobody serves: the box sees its connection end
    threading.Thread(target=_copy, args=(box, server), daemon=True).start()
    _copy(server, box)


def _copy(source: socket.socket, sink: socket.socket) -> None:
    try:
        while part := source.recv(65536):
            sink.sendall(part)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


if __name__ == "__main__":
    main()
