// A proxy as some networks have one: it passes HTTP on, and WebSockets only if it is told to.

import { createServer, request } from "node:http";
import type { Server as HttpServer } from "node:http";
import { connect } from "node:net";
import type { AddressInfo, Socket } from "node:net";

export class Proxy {
  origin = "";
  /** Whether WebSockets get through. */
  open = false;
  /** How many did not. */
  refused = 0;
  private readonly server: HttpServer;
  private readonly sockets = new Set<Socket>();

  private constructor(target: URL) {
    this.server = createServer((asked, answer) => {
      const { method, headers, url: path } = asked;
      const passed = request({ host: target.hostname, port: target.port, method, headers, path }, (got) => {
        answer.writeHead(got.statusCode!, got.headers);
        got.pipe(answer);
      });
      passed.on("error", () => answer.destroy());
      answer.on("close", () => passed.destroy());
      asked.pipe(passed);
    });
    this.server.on("connection", (socket) => {
      this.sockets.add(socket);
      socket.on("close", () => this.sockets.delete(socket));
    });
    this.server.on("upgrade", (asked, socket, first) => {
      if (!this.open) {
        this.refused += 1;
        socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return;
      }
      const onward = connect(Number(target.port), target.hostname, () => {
        const lines = [`${asked.method} ${asked.url} HTTP/1.1`];
        for (let at = 0; at < asked.rawHeaders.length; at += 2) lines.push(`${asked.rawHeaders[at]}: ${asked.rawHeaders[at + 1]}`);
        onward.write(`${lines.join("\r\n")}\r\n\r\n`);
        onward.write(first);
        onward.pipe(socket).pipe(onward);
      });
      for (const end of [onward, socket]) end.on("error", () => end.destroy());
      socket.on("close", () => onward.destroy());
    });
  }

  static async before(origin: string): Promise<Proxy> {
    const proxy = new Proxy(new URL(origin));
    await new Promise<void>((ready) => proxy.server.listen(0, "127.0.0.1", ready));
    proxy.origin = `http://127.0.0.1:${(proxy.server.address() as AddressInfo).port}`;
    return proxy;
  }

  end(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}
