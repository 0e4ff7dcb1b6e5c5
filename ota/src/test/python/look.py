"""Looks at repositories as python-tuf's client does, over HTTP.

    look.py ROOT SEEN FOLDER...

For each folder two clients look, both with ROOT as their first root: one that knows nothing else, and one that has seen
the repository in the folder SEEN before. Each downloads every target. One JSON object a folder: what they saw, or why
they refuse.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tuf.api.exceptions import DownloadError, RepositoryError
from tuf.api.metadata import Metadata
from tuf.ngclient import Updater


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def look(address: str, root: bytes, home: Path) -> dict[str, object]:
    (home / "targets").mkdir(parents=True, exist_ok=True)
    updater = Updater(
        str(home / "metadata"), f"{address}/metadata/", str(home / "targets"), f"{address}/targets/", bootstrap=root
    )
    try:
        updater.refresh()
        version = {
            role: Metadata.from_file(str(home / f"metadata/{role}.json")).signed.version
            for role in ("root", "timestamp", "snapshot", "targets")
        }
        names = sorted(Metadata.from_file(str(home / "metadata/targets.json")).signed.targets)
        for name in names:
            target = updater.get_targetinfo(name)
            if target is None:
                raise RepositoryError(f"{name} is not found")
            updater.download_target(target)
        return {"version": version, "targets": names}
    except (DownloadError, RepositoryError) as refused:
        return {"refused": f"{type(refused).__name__}: {refused}"}


def main(root: str, seen: str, *folders: str) -> None:
    first = Path(root).read_bytes()
    for folder in folders:
        with tempfile.TemporaryDirectory() as home:
            answers: dict[str, object] = {"folder": folder}
            for client, places in {"fresh": [folder], "known": [seen, folder]}.items():
                for place in places:
                    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=place))
                    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
                    try:
                        answers[client] = look(f"http://127.0.0.1:{server.server_port}", first, Path(home, client))
                    finally:
                        server.shutdown()
                        server.server_close()
            print(json.dumps(answers))


main(*sys.argv[1:])
