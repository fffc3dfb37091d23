"""Takes requests to the simulator, which the portal takes for one only if it is on the own machine."""

from __future__ import annotations

import asyncio
import sys


async def main(address: str, port: int) -> None:
    async def pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                target.write(data)
                await target.drain()
        except OSError:
            pass
        finally:
            target.close()

    async def connect(ours: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        try:
            theirs, forth = await asyncio.open_connection(address, port)
        except OSError:
            back.close()
            return
        await asyncio.gather(pass_on(ours, forth), pass_on(theirs, back))

    server = await asyncio.start_server(connect, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
