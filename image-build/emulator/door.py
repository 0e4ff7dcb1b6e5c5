"""The box as its users see it: HTTPS under the certificate whose fingerprint the console shows, and MQTT over TLS."""

import hashlib
import http.client
import json
import os
import re
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Emulated and with one processor, a first answer takes a box seconds.
_ANSWER_SECONDS = 60


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def text(self) -> str:
        return self.body.decode(errors="replace")

    def json(self) -> Any:
        return json.loads(self.body)

    def element(self, element_id: str) -> str:
        """The text of the page's element with this id."""
        found = re.search(rf'id="{element_id}"[^>]*>([^<]*)<', self.text())
        return found.group(1).strip() if found else ""

    def brief(self) -> str:
        return f"{self.status} {re.sub(r'<style.*?</style>|<[^>]*>', ' ', self.text(), flags=re.DOTALL)[:600]}"


class CertificateChanged(OSError):
    """Somebody else answers, or the box has forgotten its key."""


class _PinnedConnection(http.client.HTTPSConnection):
    def __init__(self, port: int, fingerprint: str, seconds: float) -> None:
        context = ssl.create_default_context()
        # Self-signed: nobody vouches for it but the console, which showed its fingerprint.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        super().__init__("127.0.0.1", port, timeout=seconds, context=context)
        self._fingerprint = fingerprint

    def connect(self) -> None:
        super().connect()
        found = hashlib.sha256(self.certificate()).hexdigest()
        if found != self._fingerprint:
            self.close()
            raise CertificateChanged(f"the box's certificate is {found}, the console showed {self._fingerprint}")

    def certificate(self) -> bytes:
        """What the peer showed, in DER."""
        shown: bytes | None = self.sock.getpeercert(binary_form=True)
        return shown or b""


class Door:
    """Port 443, with a connection for each request."""

    def __init__(self, port: int, fingerprint: str, token: str | None = None) -> None:
        self.port = port
        self.fingerprint = fingerprint
        self.token = token
        self._kept: _PinnedConnection | None = None

    def ask(
        self,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        method: str | None = None,
        seconds: float = _ANSWER_SECONDS,
    ) -> Answer:
        """GET, or POST where there is a body. Raises OSError where there is no answer."""
        sent = dict(headers or {})
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        connection = self._kept or _PinnedConnection(self.port, self.fingerprint, seconds)
        try:
            connection.request(method or ("GET" if body is None else "POST"), path, body, sent)
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        except http.client.HTTPException as e:
            raise ConnectionError(f"{path}: {type(e).__name__} {e}") from e
        finally:
            if not self._kept:
                connection.close()

    @contextmanager
    def kept(self) -> Iterator["Door"]:
        """The same door with one connection that stays open, for many requests of one thread."""
        door = Door(self.port, self.fingerprint, self.token)
        connection = door._kept = _PinnedConnection(self.port, self.fingerprint, _ANSWER_SECONDS)
        try:
            yield door
        finally:
            connection.close()

    def certificate(self) -> str:
        """The box's TLS certificate as PEM."""
        connection = _PinnedConnection(self.port, self.fingerprint, _ANSWER_SECONDS)
        try:
            connection.connect()
            return ssl.DER_cert_to_PEM_cert(connection.certificate())
        finally:
            connection.close()

    def push(self, payload: bytes, key: str | None = None) -> Answer:
        """Hands over one record."""
        headers = {"Content-Type": "text/plain"}
        if key:
            headers["Idempotency-Key"] = key
        return self.ask("/v1/records", payload, headers)


@dataclass(frozen=True)
class Published:
    """What mosquitto_pub said; with -d it tells of each packet."""

    code: int
    output: str

    def acknowledged(self) -> list[int]:
        """The numbers of the messages whose PUBACK came, and took them; from 1, in the order of sending."""
        pattern = r"received PUBACK \(Mid: (\d+), RC:(\d+)\)"
        return [int(number) for number, reason in re.findall(pattern, self.output) if int(reason) < 0x80]

    def refusals(self) -> list[int]:
        """The reason codes of PUBACKs that refused."""
        return [
            int(reason)
            for reason in re.findall(r"received PUBACK \(Mid: \d+, RC:(\d+)\)", self.output)
            if int(reason) >= 0x80
        ]


def publish_command(port: int, certificate: Path, token: str, topic: str, version: str = "mqttv5") -> list[str]:
    """mosquitto_pub with QoS 1; --insecure leaves only the host's name unchecked: the certificate is the box's own."""
    return [
        *("mosquitto_pub", "-d", "-h", "127.0.0.1", "-p", str(port), "--cafile", str(certificate), "--insecure"),
        *("-V", version, "-u", "owner", "-P", token, "-q", "1", "-t", topic),
    ]


def publish(port: int, certificate: str, token: str, topic: str, payload: str, version: str = "mqttv5") -> Published:
    """Hands over one record by MQTT and waits for what comes of it."""
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(certificate)
        file.flush()
        command = publish_command(port, Path(file.name), token, topic, version) + ["-m", payload]
        try:
            done = subprocess.run(
                command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=90, env={**os.environ, "LC_ALL": "C"}
            )
        except subprocess.TimeoutExpired as e:
            return Published(-1, (e.output or b"").decode(errors="replace") + "\nstill waiting after 90 s")
        return Published(done.returncode, done.stdout.decode(errors="replace"))
