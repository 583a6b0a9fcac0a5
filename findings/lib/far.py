"""far.py FROM TO SECONDS: passes bytes between two ports of loopback, each way that much later."""

import asyncio
import sys


async def carry(reader, writer, delay):
    """Passes on what comes, in its order, each piece after the delay."""
    loop, pieces = asyncio.get_running_loop(), asyncio.Queue()

    async def deliver():
        while True:
            due, piece = await pieces.get()
            await asyncio.sleep(max(0.0, due - loop.time()))
            if not piece:
                writer.close()
                return
            writer.write(piece)

    delivery = asyncio.create_task(deliver())
    piece = b"-"
    while piece:
        try:
            piece = await reader.read(1 << 20)
        except ConnectionError:
            piece = b""
        pieces.put_nowait((loop.time() + delay, piece))
    await delivery


async def main(listen, target, delay):
    """Serves until it is ended."""

    async def connected(reader, writer):
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(carry(reader, far_writer, delay), carry(far_reader, writer, delay))

    server = await asyncio.start_server(connected, "127.0.0.1", listen, limit=1 << 22)
    await server.serve_forever()


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
