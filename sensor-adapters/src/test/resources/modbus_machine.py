"""A machine that speaks Modbus TCP, by pymodbus: prints its port, and obeys the words that come on standard input.

Words, one a line: `well`, `silent` (nothing is answered), `unit` (answers in another unit's name), `short` (half of the
registers), `garbage` (bytes that are no Modbus), `end` (ends each connection instead of answering).
"""

import asyncio
import os
import sys
import threading

from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

mode = "well"


def tamper(sending: bool, data: bytes) -> bytes:
    if not sending or not data or mode == "well":
        return data
    if mode == "silent":
        return b""
    if mode == "unit":
        return data[:6] + bytes([data[6] + 6]) + data[7:]
    if mode == "short":
        # The header, the function, a byte count of 0, and nothing behind it.
        return data[:4] + b"\x00\x03" + data[6:8] + b"\x00"
    return os.urandom(0) + b"\x16\x03\x01" + b"HTTP/1.1 400 Bad Request\r\n\r\n" * 2


def obey() -> None:
    global mode
    for line in sys.stdin:
        mode = line.strip()
        print("is", mode, flush=True)


def registers(*values: int) -> list[SimData]:
    return [SimData(address, values=value, datatype=DataType.REGISTERS) for address, value in enumerate(values)]


async def main() -> None:
    # Registers: 215, -400 as int16; 305419896 in two; 21.5, 0.1 and not-a-number as float32.
    held = registers(215, 0xFE70, 0x1234, 0x5678, 0x41AC, 0x0000, 0x3DCC, 0xCCCD, 0x7FC0, 0x0000, 0xFFFF, 0xFFFF)
    bits = [SimData(0, values=[True, False] * 8, datatype=DataType.BITS)]
    device = SimDevice(1, simdata=(bits, bits, held, held))
    server = ModbusTcpServer([device], address=("127.0.0.1", int(sys.argv[1])), trace_packet=tamper)
    await server.serve_forever(background=True)
    print("port", server.transport.sockets[0].getsockname()[1], flush=True)
    threading.Thread(target=obey, daemon=True).start()
    await asyncio.Event().wait()


asyncio.run(main())
