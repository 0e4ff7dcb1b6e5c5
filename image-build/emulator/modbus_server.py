"""A Modbus TCP server by pymodbus, which knows nothing of ours: `modbus_server.py` with the interpreter of
scripts/counterparts. Prints `port N`; each line of its input is a new value of register 0, unit 1."""

import asyncio
import sys

from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

_UNIT = 1
# By the function that writes them; all kinds of registers are the same ones here.
_WRITE = 16


async def main() -> None:
    registers = SimData(0, values=[0] * 8, datatype=DataType.REGISTERS)
    server = ModbusTcpServer(SimDevice(_UNIT, simdata=[registers]), address=("127.0.0.1", 0))
    await server.serve_forever(background=True)
    print("port", server.transport.sockets[0].getsockname()[1], flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        await server.async_setValues(_UNIT, _WRITE, 0, [int(line)])
    await server.shutdown()


asyncio.run(main())
