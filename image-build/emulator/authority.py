"""The CA that the owner brings, by OpenSSL as docs/appliance.md describes; and trust files (docs/formats.md §9)."""

import base64
import ssl
from pathlib import Path

from emulator import processes


class Authority:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self._key = folder / "ca.key"
        self._certificate = folder / "ca.pem"
        processes.run(
            [
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "3650",
            ]
            + [
                "-subj",
                "/CN=Owner's CA",
                "-addext",
                "basicConstraints=critical,CA:TRUE",
                "-addext",
                "keyUsage=critical,keyCertSign",
            ]
            + ["-keyout", str(self._key), "-out", str(self._certificate)]
        )

    def certify(self, request: bytes) -> bytes:
        """The answer to a request, as PEM: with its three extensions, as the box asks for."""
        return self._sign(request, "-days", "825", "-copy_extensions", "copyall")

    def certify_without_extensions(self, request: bytes) -> bytes:
        return self._sign(request, "-days", "825")

    def certify_long_ago(self, request: bytes) -> bytes:
        """A certificate that ended before our software was made."""
        (self.folder / "index.txt").write_text("")
        (self.folder / "ca.conf").write_text(
            f"[ca]\ndatabase = {self.folder}/index.txt\nnew_certs_dir = {self.folder}\nrand_serial = yes\n"
            "default_md = sha256\npolicy = any\ncopy_extensions = copyall\nunique_subject = no\n"
            "[any]\ncommonName = supplied\n"
        )
        (self.folder / "request.pem").write_bytes(request)
        processes.run(
            ["openssl", "ca", "-batch", "-notext", "-config", f"{self.folder}/ca.conf", "-name", "ca"]
            + ["-cert", str(self._certificate), "-keyfile", str(self._key), "-in", f"{self.folder}/request.pem"]
            + ["-startdate", "20190101000000Z", "-enddate", "20200101000000Z", "-out", f"{self.folder}/old.pem"]
        )
        return (self.folder / "old.pem").read_bytes()

    def request_for_another_key(self, request: bytes) -> bytes:
        """The same wishes, for a key that is not in the box's token."""
        (self.folder / "request.pem").write_bytes(request)
        text = processes.run(["openssl", "req", "-in", f"{self.folder}/request.pem", "-noout", "-text"])
        origin = text.split("URI:sealpost:")[1].split()[0]
        subject = "/CN=" + origin.replace("/", "\\/")
        return processes.run(
            [
                "openssl",
                "req",
                "-new",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-subj",
                subject,
            ]
            + ["-addext", f"subjectAltName=URI:sealpost:{origin}", "-addext", "keyUsage=critical,digitalSignature"]
            + [
                "-addext",
                "extendedKeyUsage=2.25.178412227434185049071610493129589227301",
                "-keyout",
                f"{self.folder}/other.key",
            ]
        ).encode()

    def trust(self, folder: Path) -> Path:
        """A trust store that knows nothing but this CA."""
        der = ssl.PEM_cert_to_DER_cert(self._certificate.read_text())
        return _store(folder, f"ca {base64.b64encode(der).decode()}\n")

    def _sign(self, request: bytes, *options: str) -> bytes:
        command = [
            "openssl",
            "x509",
            "-req",
            "-CA",
            str(self._certificate),
            "-CAkey",
            str(self._key),
            "-CAcreateserial",
            *options,
        ]
        return processes.run(command, stdin=request).encode()


def trust_lines(folder: Path, lines: list[str]) -> Path:
    """A trust store of the lines that `sealpost verify` offers for a signer that it does not know."""
    return _store(folder, "".join(f"{line}\n" for line in lines))


def trust_nobody(folder: Path) -> Path:
    """An empty trust store."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _store(folder: Path, content: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    kind = "" if content.startswith("sealpost-trust") else "sealpost-trust 1\n"
    (folder / "box.trust").write_text(kind + content)
    return folder
