import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { Agent, OpenAIConversationsSession, run, setTracingDisabled, tool, Usage } from "@openai/agents";
import type { AgentInputItem, Model, ModelRequest, ModelResponse } from "@openai/agents";
import { z } from "zod";
import { clientOf } from "./service.js";

setTracingDisabled(true);

/** A model that answers with what it was given, one answer after the other. */
class StubbedModel implements Model {
  readonly seen: ModelRequest[] = [];

  constructor(private readonly answers: ModelResponse["output"][]) {}

  async getResponse(request: ModelRequest): Promise<ModelResponse> {
    this.seen.push(request);
    const output = this.answers.shift();
    assert.ok(output, "The model is asked more often than the test expects.");
    return { usage: new Usage(), output };
  }

  getStreamedResponse(): never {
    throw new Error("The tests do not stream.");
  }
}

const says = (text: string): ModelResponse["output"] => [
  { type: "message", role: "assistant", status: "completed", content: [{ type: "output_text", text }] },
];

const calls = (callId: string, city: string): ModelResponse["output"] => [
  { type: "reasoning", id: `rs_${callId}`, content: [{ type: "input_text", text: "I look it up." }] },
  { type: "function_call", callId, name: "weather", arguments: JSON.stringify({ city }), status: "completed" },
];

const weather = tool({
  name: "weather",
  description: "The weather of a city.",
  parameters: z.object({ city: z.string() }),
  execute: async ({ city }) => `It is sunny in ${city}.`,
});

const textOf = (item: AgentInputItem) =>
  item.type === "function_call" ? `call ${item.name}`
  : item.type === "function_call_result" ? "result"
  : item.type === "reasoning" ? "reasoning"
  : "role" in item ? `${item.role}: ${typeof item.content === "string" ? item.content : item.content.map((part: any) => part.text).join("")}`
  : item.type;

test("An agent runs several turns with tools over the service's history", async () => {
  const client = clientOf();
  const session = new OpenAIConversationsSession({ client });
  const model = new StubbedModel([calls("c1", "Lisbon"), says("Sunny."), calls("c2", "Porto"), says("Sunny, too."), says("You asked about two cities.")]);
  const agent = new Agent({ name: "Weather", model, tools: [weather] });

  assert.equal((await run(agent, "The weather in Lisbon?", { session })).finalOutput, "Sunny.");
  assert.equal((await run(agent, "And in Porto?", { session })).finalOutput, "Sunny, too.");

  // Another process goes on with the conversation by its id.
  const later = new OpenAIConversationsSession({ client, conversationId: await session.getSessionId() });
  assert.equal((await run(agent, "What did I ask?", { session: later })).finalOutput, "You asked about two cities.");

  const items = await later.getItems();
  assert.deepEqual(items.map(textOf), [
    "user: The weather in Lisbon?", "reasoning", "call weather", "result", "assistant: Sunny.",
    "user: And in Porto?", "reasoning", "call weather", "result", "assistant: Sunny, too.",
    "user: What did I ask?", "assistant: You asked about two cities.",
  ]);
  const given = model.seen.at(-1)!.input;
  assert.ok(Array.isArray(given));
  assert.deepEqual(given.map(textOf), items.slice(0, -1).map(textOf));
  const result = items.find((item) => item.type === "function_call_result");
  assert.match(JSON.stringify(result), /It is sunny in Lisbon/);
});

test("The newest items are read, taken off, and the session is cleared", async () => {
  const client = clientOf();
  const session = new OpenAIConversationsSession({ client });
  await session.addItems(Array.from({ length: 130 }, (_, i) => ({ role: "user" as const, content: `${i}` })));

  assert.deepEqual((await session.getItems(3)).map(textOf), ["user: 127", "user: 128", "user: 129"]);
  assert.equal((await session.getItems(120)).length, 120);
  assert.equal((await session.getItems()).length, 130);
  assert.equal(textOf((await session.popItem())!), "user: 129");
  assert.equal(textOf((await session.popItem())!), "user: 128");
  assert.deepEqual((await session.getItems(1)).map(textOf), ["user: 127"]);

  const id = await session.getSessionId();
  await session.clearSession();
  await assert.rejects(client.conversations.retrieve(id));
  assert.deepEqual(await session.getItems(), []);
  assert.notEqual(await session.getSessionId(), id);
  assert.equal(await session.popItem(), undefined);
});

test("Messages of every role that an agent reads come back", async () => {
  const client = clientOf();
  const { id } = await client.conversations.create({
    items: [{ role: "developer", content: "Be brief." }, { role: "system", content: "Be kind." }, { role: "user", content: "Hi" }],
  });
  const session = new OpenAIConversationsSession({ client, conversationId: id });
  assert.deepEqual((await session.getItems()).map(textOf), ["system: Be brief.", "system: Be kind.", "user: Hi"]);
});

test("Two processes at one conversation lose nothing and double nothing", async () => {
  const user = `user-${randomUUID()}`;
  const session = new OpenAIConversationsSession({ client: clientOf(user) });
  const id = await session.getSessionId();
  const writer = fileURLToPath(new URL("./writer.js", import.meta.url));
  const run = (name: string) => new Promise<void>((done, fail) => {
    const child = spawn(process.execPath, [writer, user, id, name, "40"], { stdio: "inherit" });
    child.on("exit", (code) => (code === 0 ? done() : fail(new Error(`The process ended with ${code}.`))));
  });

  await Promise.all([run("a"), run("b")]);

  const texts = (await session.getItems()).map(textOf);
  assert.equal(texts.length, 160);
  for (const name of ["a", "b"]) {
    const own = texts.filter((text) => text.includes(`${name}-`));
    assert.deepEqual(own, Array.from({ length: 40 }, (_, i) => [`user: ${name}-${i}`, `assistant: ${name}-${i}`]).flat());
    // The two items of a write follow each other.
    own.forEach((text, i) => i % 2 === 0 && assert.equal(texts[texts.indexOf(text) + 1], own[i + 1]));
  }
});
