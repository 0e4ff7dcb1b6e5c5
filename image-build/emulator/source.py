"""Where a box finds releases: a folder behind HTTPS with a CA of its own, and the ways in which such a server misbehaves."""

import re
import socketserver
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from emulator import processes
from emulator.machine import OUTSIDE

URL = f"https://{OUTSIDE[0]}:{OUTSIDE[1]}/"


@dataclass(frozen=True)
class Fault:
    """What goes wrong with files whose path holds this; all other files are served well."""

    path: str
    # After so many bytes of the file ...
    after: int
    # ... this happens, with the function that sends: until it returns, then the connection is closed.
    then: Callable[[Callable[[bytes], None]], None]
    # Whether the file's length is told before.
    told: bool = True


def cut_off(path: str, after: int) -> Fault:
    """The connection ends in the middle."""
    return Fault(path, after, lambda send: None)


def slow(path: str, after: int, seconds: float) -> Fault:
    """A few bytes a second, for so long."""

    def trickle(send: Callable[[bytes], None]) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            send(b"\0" * 16)
            time.sleep(0.5)

    return Fault(path, after, trickle)


def endless(path: str) -> Fault:
    """A file that never ends, at full speed; bounded only so that a box without a bound fails the test, not the host."""

    def pour(send: Callable[[bytes], None]) -> None:
        for _ in range(4096):
            send(b"\0" * (1 << 16))

    return Fault(path, 0, pour, told=False)


class Certificates:
    """The server's certificate, and the CA that the owner names to the box.

    Both are valid since long ago: a box that goes on from a snapshot has the clock of that time.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        ca, self.chain = folder / "ca.pem", folder / "server.pem"
        self._folder = folder
        (folder / "index.txt").write_text("")
        (folder / "ca.conf").write_text(
            f"[ca]\ndatabase = {folder}/index.txt\nnew_certs_dir = {folder}\nrand_serial = yes\ndefault_md = sha256\n"
            "policy = any\ncopy_extensions = copyall\nunique_subject = no\n[any]\ncommonName = supplied\n"
        )
        ca_key, self.key = folder / "ca.key", folder / "server.key"
        ours = ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"]
        self._request("CA of the update server", ca_key, *ours)
        self._sign(ca, "-selfsign", "-keyfile", str(ca_key))
        self._request("updates", self.key, "-addext", f"subjectAltName=IP:{OUTSIDE[0]}")
        self._sign(self.chain, "-cert", str(ca), "-keyfile", str(ca_key))
        self.ca = ca.read_text()

    def _request(self, name: str, key: Path, *extensions: str) -> None:
        processes.run(
            ["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", *extensions]
            + ["-subj", f"/CN={name}", "-keyout", str(key), "-out", f"{self._folder}/request.pem"]
        )

    def _sign(self, certificate: Path, *by: str) -> None:
        processes.run(
            ["openssl", "ca", "-batch", "-notext", "-config", f"{self._folder}/ca.conf", "-name", "ca", *by]
            + ["-startdate", "20250101000000Z", "-enddate", "20400101000000Z"]
            + ["-in", f"{self._folder}/request.pem", "-out", str(certificate)]
        )


class Source(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Serves a folder at a machine's Machine.outside from the start on, until close()."""

    daemon_threads = True
    request_queue_size = 32

    def __init__(self, place: Path, folder: Path, certificates: Certificates, *faults: Fault) -> None:
        self.folder = folder
        self.faults = faults
        self.asked: list[str] = []
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificates.chain, certificates.key)
        place.unlink(missing_ok=True)
        super().__init__(str(place), _Answers)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    def __enter__(self) -> "Source":
        return self

    def __exit__(self, *failure: object) -> None:
        self.shutdown()
        self.server_close()

    def was_asked(self, word: str) -> list[str]:
        """The requests for paths with this word in it: path, and the range if one was asked for."""
        return [request for request in self.asked if word in request]

    def finish_request(self, request, client_address) -> None:  # type: ignore[no-untyped-def]
        # Here and not where connections are taken: this is a thread for each.
        try:
            with self._tls.wrap_socket(request, server_side=True) as secure:
                self.RequestHandlerClass(secure, ("box", 0), self)
        except OSError:
            pass  # the box went away, or its power did


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Source

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "")
        self.server.asked.append(f"{self.path} {wanted}".strip())
        file = (self.server.folder / self.path.lstrip("/").split("?")[0]).resolve()
        if not file.is_relative_to(self.server.folder.resolve()) or not file.is_file():
            return self._without_content(404)
        size = file.stat().st_size
        found = re.match(r"bytes=(\d+)-$", wanted)
        begin = int(found.group(1)) if found else 0
        if found and begin >= size:
            return self._without_content(416)
        fault = next((fault for fault in self.server.faults if fault.path in self.path), None)
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{size - 1}/{size}")
        if not fault or fault.told:
            self.send_header("Content-Length", str(size - begin))
        if fault:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        self._send(file, begin, fault)

    def _without_content(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, file: Path, begin: int, fault: Fault | None) -> None:
        with file.open("rb") as content:
            content.seek(begin)
            remaining = fault.after if fault else -1
            while part := content.read(1 << 16 if remaining < 0 else min(1 << 16, remaining)):
                self.wfile.write(part)
                remaining -= len(part) if remaining > 0 else 0
                if remaining == 0:
                    break
        if fault:
            fault.then(self._send_part)

    def _send_part(self, part: bytes) -> None:
        self.wfile.write(part)
        self.wfile.flush()

    def log_message(self, form: str, *arguments: object) -> None:
        pass
