import { once } from "node:events";
import { createServer, connect, type AddressInfo, type Server, type Socket } from "node:net";

/** A way to a farm that can be cut: a port whose connections end at the farm's. */
export class Proxy {
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly address: string,
  ) {}

  static async before(farm: string): Promise<Proxy> {
    const target = new URL(farm);
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const proxy = new Proxy(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on("connection", (from) => {
      const to = connect(Number(target.port), target.hostname);
      for (const [socket, other] of [[from, to], [to, from]] as const) {
        proxy.sockets.add(socket);
        socket.pipe(other);
        socket.on("error", () => other.destroy());
        socket.on("close", () => {
          proxy.sockets.delete(socket);
          other.destroy();
        });
      }
    });
    return proxy;
  }

  /** Ends all connections and takes no more. */
  async cut(): Promise<void> {
    const closed = once(this.server, "close");
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** Takes connections again, at the same port. */
  async mend(): Promise<void> {
    this.server.listen(Number(new URL(this.address).port), "127.0.0.1");
    await once(this.server, "listening");
  }
}
