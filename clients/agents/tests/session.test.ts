import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { Agent, run, setTracingDisabled, tool, Usage } from "@openai/agents";
import type { AgentInputItem, Model, ModelResponse, Session } from "@openai/agents";
import { z } from "zod";
import { SessionServiceError, SessionServiceSession } from "../src/session.js";
import { BreakingProxy } from "./proxy.js";

setTracingDisabled(true);

const address = process.env["SESSION_SERVICE"];
assert.ok(address, "SESSION_SERVICE must be the address of a service.");

const newUser = () => `user-${randomUUID()}`;
const user = (text: string): AgentInputItem => ({ type: "message", role: "user", content: text });

test("Items of every kind come back as they were", async () => {
  const session: Session = new SessionServiceSession<AgentInputItem>({ baseURL: address, userId: newUser() });
  const picture = `data:image/png;base64,${Buffer.alloc(60_000, 7).toString("base64")}`;
  const items: AgentInputItem[] = [
    { role: "user", content: "Without a type" },
    { type: "message", role: "system", content: "Be kind." },
    { type: "message", role: "user", content: [{ type: "input_text", text: "See" }, { type: "input_image", image: picture }] },
    { type: "reasoning", id: "rs_1", content: [{ type: "input_text", text: "Hm" }], providerData: { encrypted_content: "x" } },
    { type: "function_call", callId: "c1", name: "weather", arguments: '{"city":"Lisbon"}', status: "completed" },
    { type: "function_call_result", callId: "c1", name: "weather", status: "completed", output: { type: "text", text: "Sunny" } },
    { type: "message", role: "assistant", status: "completed", content: [{ type: "output_text", text: "Sunny." }] },
  ];

  await session.addItems(items);

  assert.deepEqual(await session.getItems(), items);
  assert.deepEqual(await session.getItems(2), items.slice(-2));
  assert.deepEqual(await session.popItem(), items.at(-1));
  assert.deepEqual(await session.getItems(1), items.slice(-2, -1));
  await session.clearSession();
  assert.deepEqual(await session.getItems(), []);
});

test("More items than one request takes are all there, in order", async () => {
  const session = new SessionServiceSession<AgentInputItem>({ baseURL: address, userId: newUser() });
  const items = Array.from({ length: 2_300 }, (_, i) => user(`${i}`));

  await session.addItems(items);

  assert.deepEqual(await session.getItems(), items);
});

test("An agent runs with tools over it", async () => {
  const answers: ModelResponse["output"][] = [
    [{ type: "function_call", callId: "c1", name: "weather", arguments: '{"city":"Lisbon"}', status: "completed" }],
    [{ type: "message", role: "assistant", status: "completed", content: [{ type: "output_text", text: "Sunny." }] }],
  ];
  const model: Model = {
    getResponse: async () => ({ usage: new Usage(), output: answers.shift()! }),
    getStreamedResponse: () => assert.fail("The test does not stream."),
  };
  const weather = tool({
    name: "weather",
    description: "The weather of a city.",
    parameters: z.object({ city: z.string() }),
    execute: async () => "Sunny",
  });
  const session = new SessionServiceSession<AgentInputItem>({ baseURL: address, userId: newUser() });

  const { finalOutput } = await run(new Agent({ name: "Weather", model, tools: [weather] }), "The weather?", { session });

  assert.equal(finalOutput, "Sunny.");
  assert.deepEqual((await session.getItems()).map((item) => item.type), ["message", "function_call", "function_call_result", "message"]);
});

test("A connection that breaks anywhere loses no item and doubles none", async () => {
  const proxy = await BreakingProxy.start(address);
  try {
    const userId = newUser();
    const session = new SessionServiceSession<AgentInputItem>({ baseURL: proxy.address, userId, attempts: 8 });
    for (let i = 0; i < 12; i++) {
      // Each write meets another row of faults: before the request, after it, or both.
      proxy.faults = [["before"], ["after"], ["after", "before", "after"], ["before", "after"]][i % 4] as ("before" | "after")[];
      await session.addItems([user(`${i}a`), user(`${i}b`)]);
    }

    proxy.faults = ["after", "after"];
    await session.applyHistoryTransaction({ operationId: randomUUID(), transaction: { type: "append_items", items: [user("last")] } });
    proxy.faults = ["none", "none", "after", "after", "after"];
    await session.applyHistoryTransaction({
      operationId: randomUUID(),
      transaction: { type: "replace_suffix", expectedSuffix: [user("11b"), user("last")], replacement: [user("11c"), user("end")] },
    });
    proxy.faults = ["none", "after"];
    assert.deepEqual(await session.popItem(), user("end"));

    const expected = Array.from({ length: 12 }, (_, i) => [user(`${i}a`), user(i === 11 ? "11c" : `${i}b`)]).flat();
    assert.deepEqual(await session.getItems(), expected);
    const direct = new SessionServiceSession<AgentInputItem>({ baseURL: address, userId, sessionId: await session.getSessionId() });
    assert.deepEqual(await direct.getItems(), expected);
  } finally {
    proxy.stop();
  }
});

test("An operation is made once, and a suffix is replaced only if it is there", async () => {
  const userId = newUser();
  const session = new SessionServiceSession<AgentInputItem>({ baseURL: address, userId });
  const append = { operationId: randomUUID(), transaction: { type: "append_items" as const, items: [user("a"), user("b")] } };
  await session.applyHistoryTransaction(append);
  await session.applyHistoryTransaction(append);
  assert.deepEqual(await session.getItems(), [user("a"), user("b")]);

  const replace = {
    operationId: randomUUID(),
    transaction: { type: "replace_suffix" as const, expectedSuffix: [user("b")], replacement: [user("c"), user("d")] },
  };
  await session.applyHistoryTransaction(replace);
  await new SessionServiceSession<AgentInputItem>({ baseURL: address, userId, sessionId: await session.getSessionId() }).applyHistoryTransaction(replace);
  assert.deepEqual(await session.getItems(), [user("a"), user("c"), user("d")]);

  await assert.rejects(
    session.applyHistoryTransaction({ ...replace, operationId: randomUUID() }),
    (error) => error instanceof SessionServiceError && error.code === "history_changed",
  );
  assert.deepEqual(await session.getItems(), [user("a"), user("c"), user("d")]);
});
