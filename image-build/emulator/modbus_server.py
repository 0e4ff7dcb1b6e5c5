"""A Modbus TCP server by pymodbus, which knows nothing of ours: `modbus_server.py` with the interpreter of
scripts/counterparts. Prints `port N`; each line of its input is a new value of input register 0, unit 1."""

import asyncio
import sys
import threading

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext
from pymodbus.server import ModbusTcpServer

try:
    from pymodbus.datastore import ModbusDeviceContext as _Unit

    _UNITS = "devices"
except ImportError:  # before pymodbus 3.10
    from pymodbus.datastore import ModbusSlaveContext as _Unit  # type: ignore[attr-defined,no-redef]

    _UNITS = "slaves"

# Addresses of pymodbus' blocks count from 1, those of the protocol from 0.
_FIRST = 1


async def main() -> None:
    registers = ModbusSequentialDataBlock(_FIRST, [0] * 8)
    unit = _Unit(ir=registers)
    context = ModbusServerContext(**{_UNITS: {1: unit}, "single": False})
    server = ModbusTcpServer(context, address=("127.0.0.1", 0))
    await server.serve_forever(background=True)
    print("port", server.transport.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def read() -> None:
        for line in sys.stdin:
            registers.setValues(_FIRST, [int(line)])
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=read, daemon=True).start()
    await ended.wait()
    await server.shutdown()


asyncio.run(main())
