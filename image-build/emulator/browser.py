"""Chromium, without a window, told what to do over a pair of pipes (its DevTools protocol)."""

import base64
import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from emulator import processes
from emulator.waiting import Failed

_OPTIONS = [
    *("--headless", "--disable-gpu", "--no-sandbox", "--hide-scrollbars", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--ignore-certificate-errors"),
]


class Browser:
    """One tab. Its certificate checks are off: the box's fingerprint was compared by others before."""

    def __init__(self, log: Path) -> None:
        # Its children write there for a moment after it has ended.
        self._profile = tempfile.TemporaryDirectory(prefix="sealpost-", ignore_cleanup_errors=True)
        commands, self._commands = os.pipe()
        self._answers, answers = os.pipe()
        command = [
            "chromium",
            *_OPTIONS,
            f"--user-data-dir={self._profile.name}",
            "--remote-debugging-pipe",
            "about:blank",
        ]
        with log.open("ab") as output:
            # It reads from descriptor 3 and writes to 4.
            self._process = subprocess.Popen(
                ["bash", "-c", f'exec "$@" 3<&{commands} 4>&{answers}', "browser", *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=[commands, answers],
            )
        processes.keep(self._process)
        os.close(commands)
        os.close(answers)
        self._buffer = b""
        self._number = 0
        self._session: str | None = None
        targets = self._ask("Target.getTargets")["targetInfos"]
        page = next(target["targetId"] for target in targets if target["type"] == "page")
        self._session = self._ask("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        self._ask("Page.enable")
        self._ask("Network.enable")

    def picture(self, url: str, file: Path, width: int, height: int, dark: bool = False, cookie: str = "") -> None:
        """Saves what a person sees who opens this address."""
        if cookie:
            name, value = cookie.split("=", 1)
            self._ask("Network.setCookie", name=name, value=value, url=url, path="/", secure=True)
        self._ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = "dark" if dark else "light"
        self._ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        said = self._ask("Page.navigate", url=url)
        if "errorText" in said:
            raise Failed(f"Chromium could not open {url}: {said['errorText']}")
        self._wait_for("Page.loadEventFired")
        shot = self._ask("Page.captureScreenshot", format="png")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(base64.b64decode(shot["data"]))

    def close(self) -> None:
        processes.kill(self._process)
        self._profile.cleanup()

    def _ask(self, method: str, **parameters: Any) -> Any:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise Failed(f"Chromium refused {method}: {answer['error']}")
                return answer["result"]

    def _wait_for(self, event: str) -> None:
        while self._read().get("method") != event:
            pass

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            part = os.read(self._answers, 1 << 20)
            if not part:
                raise Failed("Chromium has ended")
            self._buffer += part
        line, self._buffer = self._buffer.split(b"\0", 1)
        message: dict[str, Any] = json.loads(line)
        return message
