#!/usr/bin/env python3
"""Makes bundle.txt: the hash of a full entry bundle (docs/formats.md §20), by code that shares nothing with ours.

Run in this folder: ./vectors.py > bundle.txt
"""

import hashlib
import struct


def leaf(index: int) -> bytes:
    return b"leaf %d " % index * (index % 7)


def main() -> None:
    bundle = b"".join(struct.pack(">H", len(leaf(i))) + leaf(i) for i in range(256))
    print("tile/entries/x001/x234/067", len(bundle), hashlib.sha256(bundle).hexdigest())


if __name__ == "__main__":
    main()
