"""The box's transparency log as a monitor reads it (C2SP tlog-tiles): whether a later log continues an earlier one."""

import base64
import hashlib
from dataclasses import dataclass

from emulator.door import Door
from emulator.waiting import Failed

_TILE = 256


@dataclass(frozen=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes


def checkpoint(door: Door) -> Checkpoint:
    answer = door.ask("/log/checkpoint")
    lines = answer.text().splitlines()
    if answer.status != 200 or len(lines) < 3:
        raise Failed(f"the box gives no checkpoint: {answer.brief()}")
    return Checkpoint(lines[0], int(lines[1]), base64.b64decode(lines[2]))


def continues(door: Door, earlier: Checkpoint) -> str:
    """Computes both roots out of the leaves of the log as it is now; empty if it continues the earlier one, else why not."""
    now = checkpoint(door)
    if now.origin != earlier.origin or now.size < earlier.size:
        return f"it was {earlier}, and is {now}"
    leaves = _leaves(door, now.size)
    if _root(leaves) != now.root:
        return f"its own {now.size} leaves do not give its root"
    if _root(leaves[: earlier.size]) != earlier.root:
        return f"its first {earlier.size} leaves are not those of the log before"
    return ""


def _leaves(door: Door, size: int) -> list[bytes]:
    hashes: list[bytes] = []
    for number in range((size + _TILE - 1) // _TILE):
        width = min(_TILE, size - number * _TILE)
        path = f"/log/tile/0/{_number(number)}" + (f".p/{width}" if width < _TILE else "")
        answer = door.ask(path)
        if answer.status != 200 or len(answer.body) != 32 * width:
            raise Failed(f"the box gives no {path}: {answer.status}, {len(answer.body)} bytes")
        hashes += [answer.body[begin : begin + 32] for begin in range(0, 32 * width, 32)]
    return hashes


def _number(number: int) -> str:
    parts = [f"{number % 1000:03d}"]
    while number := number // 1000:
        parts.insert(0, f"x{number % 1000:03d}")
    return "/".join(parts)


def _root(leaves: list[bytes]) -> bytes:
    """RFC 9162 §2.1.1, of hashes of leaves."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + _root(leaves[:split]) + _root(leaves[split:])).digest()
