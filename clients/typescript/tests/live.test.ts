import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DefaultChatTransport, readUIMessageStream } from "ai";
import type { UIMessage } from "ai";
import { afterEach, expect, test } from "vitest";
import type { LiveEvent, SessionClient } from "@session-service/client";
import { resumeAnswer } from "@session-service/client/ai-sdk";
import { address, clientOf, newSession, newUser } from "./service.js";

const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

async function listen(server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  stops.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A proxy that cuts each connection after so many bytes of an answer. */
async function cuttingProxy(bytes: number) {
  const proxy = { address: "", cuts: 0 };
  proxy.address = await listen(createServer(async (incoming, outgoing) => {
    const gone = new AbortController();
    outgoing.on("close", () => gone.abort());
    try {
      const { host: _, connection: __, ...headers } = incoming.headers as Record<string, string>;
      const answer = await fetch(`${address}${incoming.url}`, { headers, signal: gone.signal });
      outgoing.writeHead(answer.status, { "Content-Type": answer.headers.get("Content-Type") ?? "" });
      let left = bytes;
      for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
        await new Promise((sent) => outgoing.write(chunk.subarray(0, left), sent));
        left -= chunk.length;
        if (left <= 0) {
          proxy.cuts++;
          incoming.socket.destroy();
          return;
        }
      }

      outgoing.end();
    } catch {
      incoming.socket.destroy();
    }
  }));
  return proxy;
}

function promised() {
  let keep = () => {};
  const kept = new Promise<void>((resolve) => (keep = resolve));
  return { keep, kept };
}

async function opened(client: SessionClient) {
  const id = await newSession(client);
  const { sequence, message_id } = await client.appendMessage({
    path: { session_id: id }, body: { role: "assistant", status: "in_progress" },
  });
  const path = { session_id: id, sequence };
  return {
    id, sequence, message_id,
    grow: async (index: number, delta: object) => await client.addDelta({ path, body: { index, ...delta } }),
    complete: async () => await client.completeMessage({ path, body: { tokens_used: 9 } }),
  };
}

test("Over connections that are cut a follower is told everything once and in order", async () => {
  const userId = newUser();
  const client = clientOf({ userId });
  const proxy = await cuttingProxy(4_000);
  const { id, sequence, grow, complete } = await opened(client);
  const path = { session_id: id };
  const messages: unknown[] = [];
  const deltas: [number, string | null | undefined][] = [];
  const grown = promised();
  const written = promised();
  const following = (async () => {
    for await (const told of clientOf({ userId, baseURL: proxy.address }).follow("followSession", { path, query: { after: "0" } })) {
      if (told.event === "message") messages.push([told.data.sequence, told.data.status]);
      if (told.event === "delta") deltas.push([told.data.index, told.data.text]);
      if (deltas.length === 60) grown.keep();
      if (messages.length === 22) written.keep();
    }
  })();

  for (let index = 0; index < 60; index++) await grow(index, { text: `${index} ` });
  await Promise.race([grown.kept, following]);
  const whole = await complete();
  for (let i = 0; i < 20; i++) await client.appendMessage({ path, body: { role: "user", content: `${i}` } });
  await Promise.race([written.kept, following]);
  await client.eraseSessionData({ path });
  await following;

  expect(deltas).toEqual(Array.from({ length: 60 }, (_, i) => [i, `${i} `]));
  expect(whole.content).toBe(deltas.map(([, text]) => text).join(""));
  expect(messages).toEqual([
    [sequence, "in_progress"], [sequence, "completed"], ...Array.from({ length: 20 }, (_, i) => [sequence + 1 + i, "completed"]),
  ]);
  expect(proxy.cuts).toBeGreaterThan(2);
});

test("A stream goes on after its last whole event, with kinds of events that are new", async () => {
  const asked: (string | undefined)[] = [];
  const answers = [
    'retry: 10\n: open\n\nid: 1\nevent: mood\ndata: {"a":\ndata: "ü"}\n\nid: 2\nevent: session\ndata: {"status"',
    ": open\n\n",
    'id: 2\r\nevent: session\r\ndata: {"status":"ended"}\r\n\r\nid: 3\nevent: deleted\ndata: {"session_id":"s"}\n\nid: 4\n',
  ];
  const baseURL = await listen(createServer((incoming, outgoing) => {
    asked.push(incoming.headers["last-event-id"] as string | undefined);
    outgoing.writeHead(200, { "Content-Type": "text/event-stream" });
    const text = Buffer.from(answers.shift()!);
    // Anywhere, also within a character.
    outgoing.write(text.subarray(0, 56), () => setTimeout(() => outgoing.end(text.subarray(56)), 20));
  }));

  const told: LiveEvent[] = [];
  for await (const one of clientOf({ baseURL }).follow("followSession", { path: { session_id: "s" } })) told.push(one);

  expect(told).toEqual([
    { event: "other", name: "mood", data: { a: "ü" }, id: "1" },
    { event: "session", data: { status: "ended" }, id: "2" },
    { event: "deleted", data: { session_id: "s" }, id: "3" },
  ]);
  expect(asked).toEqual([undefined, "1", "1"]);
});

test("A session that was erased while nobody listened is told as deleted, and one that never was is refused", async () => {
  let requests = 0;
  const baseURL = await listen(createServer((_, outgoing) => {
    if (++requests === 1) outgoing.writeHead(200, { "Content-Type": "text/event-stream" }).end("id: 1\nevent: session\ndata: {}\n\n");
    else outgoing.writeHead(404, { "Content-Type": "application/problem+json" }).end('{"code":"session_not_found"}');
  }));
  const follow = async () => {
    const told: string[] = [];
    for await (const { event } of clientOf({ baseURL }).follow("followSession", { path: { session_id: "s" } })) told.push(event);
    return told;
  };

  expect(await follow()).toEqual(["session", "deleted"]);
  await expect(follow()).rejects.toMatchObject({ code: "session_not_found" });
});

test("The sessions of a user are followed until the caller stops", async () => {
  const userId = newUser();
  const client = clientOf({ userId });
  const told: string[] = [];
  for await (const one of client.follow("followUser", { path: { user_id: userId } })) {
    told.push(one.event === "message" ? one.data.content : one.event);
    if (one.event === "snapshot") await client.appendMessage({ path: { session_id: await newSession(client) }, body: { role: "user", content: "Hello" } });
    if (one.event === "message") break;
  }

  expect([told[0], told.at(-1)]).toEqual(["snapshot", "Hello"]);

  const stop = new AbortController();
  const stopped = (async () => {
    for await (const _ of client.follow("followUser", { path: { user_id: userId }, signal: stop.signal })) stop.abort();
  })();
  await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
});

/** What a page has whose server's route is `resumeAnswer`. */
const transportOf = (client: SessionClient, id: string) =>
  new DefaultChatTransport<UIMessage>({ fetch: async (_, init) => await resumeAnswer(client, id, { signal: init?.signal ?? undefined }) });

test("Without an answer in progress there is nothing to resume", async () => {
  const client = clientOf();
  const id = await newSession(client);
  await client.appendMessage({ path: { session_id: id }, body: { role: "user", content: "Hello" } });
  expect(await transportOf(client, id).reconnectToStream({ chatId: id })).toBe(null);
});

test("A page that comes back sees the answer from its beginning to its end", async () => {
  const client = clientOf();
  const { id, message_id, grow, complete } = await opened(client);
  await grow(0, { text: "Let me " });
  await grow(1, { text: "see. " });

  const stream = await transportOf(client, id).reconnectToStream({ chatId: id });
  expect(stream).not.toBe(null);
  const writing = (async () => {
    await grow(2, { parts: [{ type: "tool_use", id: "call_1", name: "weather", input: { city: "Lisbon" } }] });
    await grow(3, { parts: [{ type: "tool_result", tool_use_id: "call_1", content: "Sunny" }] });
    await grow(4, { text: "It is " });
    await grow(5, { text: "sunny." });
    await complete();
  })();

  let last: UIMessage | undefined;
  const seen: string[] = [];
  for await (const state of readUIMessageStream({ stream: stream! })) {
    last = state;
    seen.push(state.parts.map((part) => (part.type === "text" ? part.text : "")).join(""));
  }
  await writing;

  expect(last?.id).toBe(message_id);
  expect(seen.at(-1)).toBe("Let me see. It is sunny.");
  expect(seen).toContain("Let me see. ");
  expect(last?.parts.find((part) => part.type === "tool-weather")).toMatchObject({
    state: "output-available", input: { city: "Lisbon" }, output: "Sunny",
  });
  expect(await transportOf(client, id).reconnectToStream({ chatId: id })).toBe(null);
});

test("Two pages resume the same answer, and one of them reads from the service itself", async () => {
  const userId = newUser();
  const client = clientOf({ userId });
  const { id, grow, complete } = await opened(client);
  const direct = new DefaultChatTransport<UIMessage>({
    prepareReconnectToStreamRequest: ({ id }) => ({ api: `${address}/api/v1/sessions/${id}/stream`, headers: { "X-User-Id": userId } }),
  });
  const streams = await Promise.all([transportOf(client, id), direct].map((transport) => transport.reconnectToStream({ chatId: id })));
  const reading = streams.map(async (stream) => {
    let text = "";
    for await (const state of readUIMessageStream({ stream: stream! })) {
      text = state.parts.map((part) => (part.type === "text" ? part.text : "")).join("");
    }
    return text;
  });
  for (let index = 0; index < 50; index++) await grow(index, { text: `${index},` });
  await complete();
  const whole = Array.from({ length: 50 }, (_, i) => `${i},`).join("");
  expect(await Promise.all(reading)).toEqual([whole, whole]);
});

test("Deltas and the end of a message are sent again where their outcome is unknown", async () => {
  const kept: [string, string | null][] = [];
  let fails = true;
  const client = clientOf({
    fetch: async (request) => {
      const answer = await fetch(request);
      if (!/deltas|complete/.test(request.url)) return answer;
      kept.push([request.url.split("/").at(-1)!, request.headers.get("Idempotency-Key")]);
      fails = !fails;
      if (!fails) throw new TypeError("fetch failed", { cause: { code: "ECONNRESET" } });
      return answer;
    },
  });
  const { grow, complete } = await opened(client);

  expect(await grow(0, { text: "Once." })).toMatchObject({ next_index: 1 });
  expect(await complete()).toMatchObject({ content: "Once.", tokens_used: 9, status: "completed" });

  expect(kept.map(([name]) => name)).toEqual(["deltas", "deltas", "complete", "complete"]);
  expect(new Set(kept.map(([, key]) => key)).size).toBe(2);
});
