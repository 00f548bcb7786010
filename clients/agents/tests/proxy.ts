import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

/** A proxy that breaks connections: before a request is sent on, after it was carried out, or in the middle of its answer. */
export class BreakingProxy {
  #server = createServer();
  /** For each request that is still to come: where its connection breaks. */
  faults: ("none" | "before" | "after" | "half")[] = [];
  requests = 0;

  private constructor(private readonly target: URL) {}

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  static async start(target: string): Promise<BreakingProxy> {
    const proxy = new BreakingProxy(new URL(target));
    proxy.#server.on("request", (incoming, outgoing) => {
      proxy.requests++;
      const fault = proxy.faults.shift() ?? "none";
      if (fault === "before") {
        incoming.socket.destroy();
        return;
      }

      const sent = request(
        { host: proxy.target.hostname, port: proxy.target.port, path: incoming.url, method: incoming.method, headers: incoming.headers },
        (answer) => {
          if (fault === "after") {
            answer.resume();
            answer.on("end", () => incoming.socket.destroy());
            return;
          }

          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          if (fault === "half") {
            const chunks: Buffer[] = [];
            answer.on("data", (chunk: Buffer) => chunks.push(chunk));
            answer.on("end", () => {
              const body = Buffer.concat(chunks);
              outgoing.write(body.subarray(0, body.length / 2), () => incoming.socket.destroy());
            });
            return;
          }

          answer.pipe(outgoing);
        },
      );
      sent.on("error", () => incoming.socket.destroy());
      incoming.pipe(sent);
    });
    await new Promise<void>((listening) => proxy.#server.listen(0, "127.0.0.1", listening));
    return proxy;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
