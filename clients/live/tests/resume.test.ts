import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { DefaultChatTransport, readUIMessageStream } from "ai";
import type { UIMessage } from "ai";

const address = process.env.SESSION_SERVICE ?? "http://localhost:8205";
const headers = { "X-User-Id": `live-${randomUUID()}` };

async function send(method: string, path: string, body?: unknown): Promise<any> {
  const response = await fetch(`${address}/api/v1/sessions${path}`, {
    method,
    headers: { ...headers, "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  assert.ok(response.ok, await response.clone().text());
  return response.json();
}

const transportOf = () =>
  new DefaultChatTransport<UIMessage>({
    prepareReconnectToStreamRequest: ({ id }) => ({ api: `${address}/api/v1/sessions/${id}/stream`, headers }),
  });

test("Without an answer in progress there is nothing to resume", async () => {
  const { session_id: id } = await send("POST", "", {});
  await send("POST", `/${id}/messages`, { role: "user", content: "Hello" });
  assert.equal(await transportOf().reconnectToStream({ chatId: id }), null);
});

test("A page that comes back sees the answer from its beginning to its end", async () => {
  const { session_id: id } = await send("POST", "", {});
  const { sequence, message_id } = await send("POST", `/${id}/messages`, { role: "assistant", status: "in_progress" });
  const message = `/${id}/messages/${sequence}`;
  const grow = (index: number, delta: object) => send("POST", `${message}/deltas`, { index, ...delta });
  await grow(0, { text: "Let me " });
  await grow(1, { text: "see. " });

  const stream = await transportOf().reconnectToStream({ chatId: id });
  assert.ok(stream);
  const writing = (async () => {
    await grow(2, { parts: [{ type: "tool_use", id: "call_1", name: "weather", input: { city: "Lisbon" } }] });
    await grow(3, { parts: [{ type: "tool_result", tool_use_id: "call_1", content: "Sunny" }] });
    await grow(4, { text: "It is " });
    await grow(5, { text: "sunny." });
    await send("POST", `${message}/complete`, { tokens_used: 9 });
  })();

  let last: UIMessage | undefined;
  const seen: string[] = [];
  for await (const state of readUIMessageStream({ stream })) {
    last = state;
    seen.push(state.parts.map((part) => (part.type === "text" ? part.text : "")).join(""));
  }
  await writing;

  assert.ok(last);
  assert.equal(last.id, message_id);
  assert.equal(seen.at(-1), "Let me see. It is sunny.");
  assert.ok(seen.includes("Let me see. "));
  const tool: any = last.parts.find((part) => part.type === "tool-weather");
  assert.deepEqual([tool.state, tool.input, tool.output], ["output-available", { city: "Lisbon" }, "Sunny"]);
  assert.equal(await transportOf().reconnectToStream({ chatId: id }), null);
});

test("Two pages resume the same answer", async () => {
  const { session_id: id } = await send("POST", "", {});
  const { sequence } = await send("POST", `/${id}/messages`, { role: "assistant", status: "in_progress" });
  const streams = await Promise.all([1, 2].map(() => transportOf().reconnectToStream({ chatId: id })));
  const reading = streams.map(async (stream) => {
    let text = "";
    for await (const state of readUIMessageStream({ stream: stream! })) {
      text = state.parts.map((part) => (part.type === "text" ? part.text : "")).join("");
    }
    return text;
  });
  for (let index = 0; index < 50; index++) {
    await send("POST", `/${id}/messages/${sequence}/deltas`, { index, text: `${index},` });
  }
  await send("POST", `/${id}/messages/${sequence}/complete`, {});
  const whole = Array.from({ length: 50 }, (_, i) => `${i},`).join("");
  assert.deepEqual(await Promise.all(reading), [whole, whole]);
});
