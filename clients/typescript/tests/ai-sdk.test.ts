import { randomUUID } from "node:crypto";
import { convertToModelMessages, validateUIMessages } from "ai";
import type { UIMessage } from "ai";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Schemas, SessionClient } from "@session-service/client";
import { loadMessages, saveMessages } from "@session-service/client/ai-sdk";
import { clientOf, newSession, newUser } from "./service.js";

const text = (role: UIMessage["role"], words: string): UIMessage => ({ id: randomUUID(), role, parts: [{ type: "text", text: words }] });
const dataUrl = (type: string, size: number) => `data:${type};base64,${Buffer.alloc(size, 7).toString("base64")}`;

async function started(messages: UIMessage[] = []) {
  const user = newUser();
  const client = clientOf({ userId: user });
  const id = await newSession(client);
  await saveMessages(client, id, messages);
  return { client, user, id, path: { session_id: id } };
}

async function sequencesOf(client: SessionClient, id: string) {
  const { messages } = await client.listMessages({ path: { session_id: id }, query: { after: 0 } });
  return messages.map(({ sequence }) => sequence);
}

const provider = { openai: { itemId: "i1", list: [1, null, { a: "b" }] } };
const everyKind: UIMessage[] = [
  text("system", "Be kind."),
  {
    id: "short", role: "user", metadata: { createdAt: 1_764_000_000_000, tags: ["a"], model: "small-1" },
    parts: [
      { type: "text", text: "See these" },
      { type: "file", mediaType: "image/png", filename: "a.png", url: dataUrl("image/png", 60_000) },
      { type: "file", mediaType: "image/png", url: dataUrl("image/png", 12) },
      { type: "file", mediaType: "application/pdf", url: "https://example.org/a.pdf", providerMetadata: provider },
    ],
  },
  {
    id: "tools", role: "assistant", metadata: "no object",
    parts: [
      { type: "step-start" },
      { type: "reasoning", text: "Hm", state: "done", providerMetadata: { anthropic: { signature: "EqQBCgIYAhIM" } } },
      { type: "reasoning", text: "", state: "streaming" },
      { type: "text", text: "", state: "streaming" },
      { type: "text", text: "Let me\n see 🐘", state: "done", providerMetadata: provider },
      { type: "tool-weather", toolCallId: "c1", state: "input-streaming", input: { city: "Lis" } },
      { type: "tool-weather", toolCallId: "c2", state: "input-available", input: { city: "Lisbon" }, callProviderMetadata: provider },
      { type: "tool-weather", toolCallId: "c3", state: "approval-requested", input: {}, approval: { id: "a1" } },
      { type: "tool-weather", toolCallId: "c4", state: "approval-responded", input: {}, approval: { id: "a", approved: true, reason: "Y" } },
      {
        type: "tool-weather", toolCallId: "c5", state: "output-available", input: { n: 1e21 },
        output: { picture: dataUrl("image/png", 9_000), t: 21.5 },
      },
      { type: "tool-weather", toolCallId: "c6", state: "output-available", input: [], output: null, preliminary: true },
      { type: "tool-weather", toolCallId: "c7", state: "output-error", input: undefined, rawInput: "{", errorText: "Broken." },
      { type: "tool-weather", toolCallId: "c8", state: "output-denied", input: {}, approval: { id: "a3", approved: false } },
      { type: "dynamic-tool", toolName: "any", toolCallId: "c9", state: "output-available", input: 1, output: "text", title: "Any" },
      { type: "dynamic-tool", toolName: "any", toolCallId: "c10", state: "output-error", input: { a: [] }, errorText: "No." },
      { type: "source-url", sourceId: "s1", url: "https://example.org", title: "Example" },
      { type: "source-document", sourceId: "s2", mediaType: "application/pdf", title: "Document", filename: "d.pdf" },
      { type: "data-chart", id: "d1", data: { points: [[0.1, 2], [1e-7, 4]], blob: dataUrl("text/csv", 5_000) } },
      { type: "data-note", data: "attachment:5d0c8f6e-3b7a-4c19-8e42-6f1a9b2d7c03" },
      { type: "file", mediaType: "text/plain", url: dataUrl("text/plain", 1) },
    ],
  },
  { id: "empty", role: "assistant", parts: [] },
  { id: "blank", role: "user", metadata: {}, parts: [{ type: "text", text: "" }] },
  { id: "null", role: "user", metadata: null, parts: [{ type: "text", text: "x" }] },
];

// What comes back is compared as JSON: a member that is undefined is no member there.
const asJson = (messages: unknown) => JSON.parse(JSON.stringify(messages)) as unknown;

test("Every kind of part and of metadata comes back to the letter", async () => {
  const { client, id, path } = await started(everyKind);

  const loaded = await loadMessages(client, id);

  expect(loaded).toEqual(asJson(everyKind));
  expect(loaded.map(({ parts }) => JSON.stringify(parts))).toEqual(everyKind.map(({ parts }) => JSON.stringify(parts)));
  expect(await saveMessages(client, id, loaded)).toEqual({ saved: 0 });
  expect(await sequencesOf(client, id)).toEqual([1, 2, 3, 4, 5, 6]);
  // Words are found, calls too, and metadata are those of the message.
  expect((await client.searchSessions({ query: { q: "elephant or see", session_id: id } })).total_hits).toBeGreaterThan(0);
  expect((await client.searchSessions({ query: { q: "weather", in: "tools", session_id: id } })).total_hits).toBe(1);
  expect((await client.getMessage({ path: { ...path, sequence: 2 } })).metadata).toMatchObject({ model: "small-1" });
});

test("What the service refuses comes back to the letter, too", async () => {
  let deep: unknown = "bottom";
  for (let i = 0; i < 200; i++) deep = { deep };
  const messages: UIMessage[] = [
    text("user", "a\u0000b"),
    {
      id: "half\ud800", role: "assistant", metadata: { "\u0000": "\udfff" },
      parts: [
        { type: "text", text: "plain words" },
        { type: "text", text: "half \ud83d" },
        { type: "data-deep", data: deep },
        { type: "file", mediaType: "image", url: "data:image/png;base64,!!!" },
        { type: "file", mediaType: "text/plain", url: "attachment:5d0c8f6e-3b7a-4c19-8e42-6f1a9b2d7c03" },
      ],
    },
    { id: "many", role: "assistant", parts: Array.from({ length: 1_100 }, (_, i) => ({ type: "text" as const, text: `${i}` })) },
    { id: "large", role: "assistant", metadata: { large: "m ".repeat(800_000) }, parts: [{ type: "text", text: "x y ".repeat(500_000) }] },
    { id: "deep", role: "user", metadata: { deep }, parts: [{ type: "text", text: "x" }] },
  ];

  const { client, id } = await started(messages);

  expect(await loadMessages(client, id)).toEqual(messages);
  expect(await saveMessages(client, id, messages)).toEqual({ saved: 0 });
  expect((await client.searchSessions({ query: { q: "plain words", session_id: id } })).total_hits).toBe(1);
  const fork = await client.forkSession({ path: { session_id: id }, body: {} });
  expect(await saveMessages(client, fork.session_id, messages)).toEqual({ saved: 0 });
});

test("Random UIMessages come back to the letter, and are saved once", async () => {
  const words = fc.oneof(fc.string({ unit: "binary", maxLength: 20 }), fc.string({ unit: "grapheme" }));
  const json = fc.jsonValue({ maxDepth: 4, stringUnit: "binary" });
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const shared = { toolCallId: words, input: json };
  const part = fc.oneof(
    fc.record({ type: fc.constant("text"), text: words, state: maybe(fc.constantFrom("streaming", "done")) }),
    fc.record({ type: fc.constant("reasoning"), text: words, providerMetadata: maybe(fc.dictionary(words, json)) }),
    fc.record({ type: fc.constant("step-start") }),
    fc.record({
      type: fc.constant("file"), mediaType: fc.constantFrom("image/png", "text/plain"),
      url: fc.oneof(fc.webUrl(), fc.base64String().map((data) => `data:image/png;base64,${data}`)),
    }),
    fc.record({ type: words.map((name) => `data-${name}`), id: maybe(words), data: json }),
    fc.record({ type: words.map((name) => `tool-${name}`), state: fc.constant("output-available"), output: json, ...shared }),
    fc.record({ type: fc.constant("dynamic-tool"), toolName: words, state: fc.constant("output-error"), errorText: words, ...shared }),
    fc.record({ type: fc.constant("source-url"), sourceId: words, url: fc.webUrl(), title: maybe(words) }),
  );
  const message = fc.record({
    id: fc.string({ minLength: 1 }), role: fc.constantFrom("system", "user", "assistant"), metadata: maybe(json),
    parts: fc.array(part, { maxLength: 6 }),
  });
  const client = clientOf();

  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 5 }), async (given) => {
      const messages = given as unknown as UIMessage[];
      const id = await newSession(client);
      await saveMessages(client, id, messages);
      const loaded = await loadMessages(client, id);
      expect(loaded).toEqual(asJson(messages));
      expect(await saveMessages(client, id, loaded)).toEqual({ saved: 0 });
    }),
    { numRuns: 60 },
  );
});

test("Only what is new is appended, however often a list is saved", async () => {
  const messages = [text("user", "1"), text("assistant", "2")];
  const { client, id } = await started(messages);
  const longer = [...messages, text("user", "3")];

  expect(await saveMessages(client, id, messages)).toEqual({ saved: 0 });
  expect(await saveMessages(client, id, longer, { fields: () => ({ tokens_used: 4, cost_usd: 0.5 }) })).toEqual({ saved: 1 });
  expect(await saveMessages(client, id, longer)).toEqual({ saved: 0 });
  // An older list that comes late takes nothing back.
  expect(await saveMessages(client, id, messages)).toEqual({ saved: 0 });

  expect(await loadMessages(client, id)).toEqual(longer);
  expect(await client.getSession({ path: { session_id: id } })).toMatchObject({ message_count: 3, total_tokens: 4, total_cost: 0.5 });
});

test("A list that is saved many times at once is stored once", async () => {
  const { client, id } = await started();
  const messages = Array.from({ length: 20 }, (_, i) => text(i % 2 === 0 ? "user" : "assistant", `${i}`));

  await Promise.all(Array.from({ length: 6 }, async () => await saveMessages(client, id, messages)));

  expect(await loadMessages(client, id)).toEqual(messages);
  expect(await sequencesOf(client, id)).toEqual(messages.map((_, i) => i + 1));
});

test("An answer that is generated anew, and a question that is edited, go on in a new branch", async () => {
  const [question, answer] = [text("user", "Name a tree."), text("assistant", "Oak.")];
  const { client, id } = await started([question, answer]);
  const other = text("assistant", "Lime.");

  expect(await saveMessages(client, id, [question, other])).toEqual({ saved: 1, previousBranchId: 1 });
  expect(await loadMessages(client, id)).toEqual([question, other]);
  expect(await loadMessages(client, id, { branch: 1 })).toEqual([question, answer]);

  const edited = [{ ...question, parts: [{ type: "text" as const, text: "Name a flower." }] }];
  await saveMessages(client, id, edited);
  await saveMessages(client, id, edited);
  expect(await loadMessages(client, id)).toEqual(edited);

  // Back to what was there first: a branch has it, and the conversation has it again.
  await saveMessages(client, id, [question, answer]);
  expect(await loadMessages(client, id)).toEqual([question, answer]);
  expect((await client.listBranches({ path: { session_id: id } })).total).toBe(4);
});

test("A tool part that gets its output replaces the message that had none", async () => {
  const question = text("user", "Weather?");
  const call = { type: "tool-weather" as const, toolCallId: "c1", state: "input-available" as const, input: {} };
  const { client, id } = await started([question, { id: "a", role: "assistant", parts: [call] }]);
  const done: UIMessage = { id: "a", role: "assistant", parts: [{ ...call, state: "output-available", output: "Sunny" }] };

  await saveMessages(client, id, [question, done]);

  expect(await loadMessages(client, id)).toEqual([question, done]);
});

test("A list that ends earlier shortens the conversation only if it is to", async () => {
  const messages = [text("user", "1"), text("assistant", "2"), text("user", "3")];
  const { client, id } = await started(messages);

  await saveMessages(client, id, messages.slice(0, 1));
  expect(await loadMessages(client, id)).toEqual(messages);
  expect(await saveMessages(client, id, messages.slice(0, 1), { truncate: true })).toEqual({ saved: 0, previousBranchId: 1 });
  expect(await loadMessages(client, id)).toEqual(messages.slice(0, 1));
});

test("What was redacted or removed does not come back with an old list", async () => {
  const messages = [text("user", "1"), text("assistant", "my secret"), text("user", "3"), text("assistant", "other secret")];
  const { client, id, path } = await started(messages);
  await client.redactMessage({ path: { ...path, sequence: 2 } });
  await client.redactMessage({ path: { ...path, sequence: 4 }, query: { mode: "remove" } });
  await client.appendMessage({ path, body: { role: "user", content: "written otherwise, secret" } });
  messages.push((await loadMessages(client, id)).at(-1)!);
  await client.redactMessage({ path: { ...path, sequence: 5 }, query: { mode: "remove" } });

  expect(await saveMessages(client, id, messages)).toEqual({ saved: 0 });
  const next = text("user", "5");
  expect(await saveMessages(client, id, [...messages, next])).toEqual({ saved: 1 });

  const loaded = await loadMessages(client, id);
  expect(loaded.map(({ parts }) => parts)).toEqual([messages[0]!.parts, [{ type: "text", text: "" }], messages[2]!.parts, next.parts]);
  expect(await saveMessages(client, id, loaded)).toEqual({ saved: 0 });
  expect((await client.searchSessions({ query: { q: "secret" } })).total_hits).toBe(0);
});

test("A message that somebody else wrote between stays", async () => {
  const messages = [text("user", "1"), text("assistant", "2")];
  const { client, id, path } = await started(messages.slice(0, 1));
  await client.appendMessage({ path, body: { role: "assistant", content: "An operator joins." } });
  const loaded = await loadMessages(client, id);
  await saveMessages(client, id, [...loaded, messages[1]!]);

  // This list does not know of the operator.
  expect(await saveMessages(client, id, [...messages, text("user", "3")])).toEqual({ saved: 1 });

  expect((await loadMessages(client, id)).map(({ parts }) => parts)).toEqual(
    ["1", "An operator joins.", "2", "3"].map((words) => [{ type: "text", text: words }]),
  );
});

test.each(["batch", "rewind"])("What somebody else writes just before a %s is not lost, and nothing is written twice", async (request) => {
  const [question, answer] = [text("user", "1"), text("assistant", "secret")];
  const { client, id, path, user } = await started(request === "rewind" ? [question, text("assistant", "old")] : [question]);
  let isFirst = true;
  const disturbed = clientOf({
    userId: user,
    fetch: async (sent) => {
      if (sent.method === "POST" && sent.url.endsWith(request) && isFirst) {
        isFirst = false;
        await client.appendMessage({ path, body: { role: "user", content: "between" } });
      }

      return await fetch(sent);
    },
  });

  await saveMessages(disturbed, id, [question, answer]);

  const { messages } = await client.listMessages({ path, query: { after: 0, branch: "all" } });
  expect(messages.map(({ content }) => content)).toEqual(
    request === "rewind" ? ["1", "old", "between", "secret"] : ["1", "between", "secret"],
  );
  expect((await loadMessages(client, id)).map(({ parts: [part] }) => (part as { text: string }).text)).toEqual(
    request === "rewind" ? ["1", "secret"] : ["1", "between", "secret"],
  );
  // The message is known by its id where it stands now, too.
  await client.redactMessage({ path: { ...path, sequence: messages.length } });
  await saveMessages(client, id, [question, answer]);
  expect((await client.searchSessions({ query: { q: "secret" } })).total_hits).toBe(0);
});

test("A list that another process has saved just before is stored once, also where it goes on in another way", async () => {
  const [question, answer] = [text("user", "1"), text("assistant", "new")];
  const { client, id, path, user } = await started([question, text("assistant", "old")]);
  let isFirst = true;
  const late = clientOf({
    userId: user,
    fetch: async (sent) => {
      if (sent.url.endsWith("rewind") && isFirst) {
        isFirst = false;
        await saveMessages(client, id, [question, answer]);
      }

      return await fetch(sent);
    },
  });

  await saveMessages(late, id, [question, answer]);

  expect(await loadMessages(client, id)).toEqual([question, answer]);
  expect(await client.getSession({ path })).toMatchObject({ message_count: 3 });
});

test("A conversation that somebody rewinds just before a save is the list all the same", async () => {
  const messages = [text("user", "1"), text("assistant", "2"), text("user", "3")];
  const { client, id, path, user } = await started(messages.slice(0, 2));
  let isFirst = true;
  const late = clientOf({
    userId: user,
    fetch: async (sent) => {
      if (sent.url.endsWith("batch") && isFirst) {
        isFirst = false;
        await client.rewindSession({ path, body: { to_sequence: 1 } });
      }

      return await fetch(sent);
    },
  });

  await saveMessages(late, id, messages);

  expect(await loadMessages(client, id)).toEqual(messages);
});

test("Messages that were written otherwise load as UIMessages that models and interfaces take", async () => {
  const { client, id, path } = await started();
  const base64 = Buffer.alloc(9_000, 7).toString("base64");
  const sum = (id: string, json: string) => ({ id, type: "function", function: { name: "sum", arguments: json } });
  const messages: Schemas["CreateMessageRequest"][] = [
    { role: "developer", content: "Be kind." },
    { role: "user", content: [{ type: "input_text", text: "See" }, { type: "image_url", image_url: { url: "https://example.org/a.png" } }] },
    { role: "user", content: [{ type: "image", source: { type: "base64", media_type: "image/png", data: base64 } }] },
    {
      role: "assistant",
      content: [{ type: "thinking", thinking: "Hm", signature: "EqQB" }, { type: "tool_use", id: "t1", name: "look", input: { at: 1 } }],
    },
    { role: "user", content: [{ type: "tool_result", tool_use_id: "t1", content: "Seen" }] },
    { role: "assistant", content: null, tool_calls: [sum("c1", '{"a": 1}'), sum("c2", "{}")] } as never,
    { role: "tool", content: [{ type: "function_call_output", call_id: "c1", output: "2" }] },
    { role: "tool", content: [{ type: "tool_result", tool_call_id: "c2", content: "Broken", is_error: true }] },
    { role: "assistant", content: [{ functionCall: { name: "find", args: { near: "Pula" } } }] },
    { role: "user", content: [{ functionResponse: { name: "find", response: { result: "Ambrela" } } }] },
    { role: "assistant", content: [{ type: "something_new", value: 1 }, { type: "refusal", refusal: "No." }] },
    { role: "assistant", content: "Done.", metadata: { model: "small-1" } },
    { role: "tool", content: [{ type: "tool_result", tool_call_id: "gone", content: [{ type: "text", text: "Late" }] }] },
  ];
  const { messages: stored } = await client.appendMessages({ path, body: { messages } });

  const loaded = await loadMessages(client, id);

  const done = (toolCallId: string, toolName: string, input: unknown, output: unknown) =>
    ({ type: "dynamic-tool", toolCallId, toolName, input, state: "output-available", output });
  expect(loaded.map(({ role, parts }) => [role, ...parts])).toEqual([
    ["system", { type: "text", text: "Be kind." }],
    ["user", { type: "text", text: "See" }, { type: "file", mediaType: "image/*", url: "https://example.org/a.png" }],
    ["user", { type: "file", mediaType: "image/png", url: dataUrl("image/png", 9_000) }],
    [
      "assistant", { type: "reasoning", text: "Hm", providerMetadata: { anthropic: { signature: "EqQB" } } },
      done("t1", "look", { at: 1 }, "Seen"),
    ],
    [
      "assistant", done("c1", "sum", { a: 1 }, "2"),
      { type: "dynamic-tool", toolCallId: "c2", toolName: "sum", input: {}, state: "output-error", errorText: "Broken" },
    ],
    ["assistant", done("find", "find", { near: "Pula" }, { result: "Ambrela" })],
    ["assistant", { type: "data-something_new", data: { type: "something_new", value: 1 } }, { type: "text", text: "No." }],
    ["assistant", { type: "text", text: "Done." }],
    ["assistant", done("gone", "unknown", {}, [{ type: "text", text: "Late" }])],
  ]);
  expect(loaded.map(({ id: messageId }) => messageId)).toEqual(
    [0, 1, 2, 3, 5, 8, 10, 11, 12].map((i) => stored[i]!.message_id),
  );
  expect(loaded.at(-2)!.metadata).toEqual({ model: "small-1" });
  await validateUIMessages({ messages: loaded });
  expect((await convertToModelMessages(loaded)).length).toBeGreaterThan(loaded.length);
  expect(await saveMessages(client, id, [...loaded, text("user", "More")])).toEqual({ saved: 1 });
});

test("A fork has the same messages, and goes on from them", async () => {
  const { client, id, path } = await started(everyKind);
  const fork = await client.forkSession({ path, body: {} });

  expect(await loadMessages(client, fork.session_id)).toEqual(asJson(everyKind));
  expect(await saveMessages(client, fork.session_id, [...everyKind, text("user", "More")])).toEqual({ saved: 1 });
  expect((await loadMessages(client, id)).length).toBe(everyKind.length);
});

test("More messages and files than one request holds are all there", async () => {
  const messages = [
    ...Array.from({ length: 2_100 }, (_, i) => text("user", `${i}`)),
    ...Array.from({ length: 6 }, (_, i): UIMessage => ({
      id: `f${i}`, role: "user", parts: [{ type: "file", mediaType: "image/png", url: dataUrl(`image/png`, 4_000_000 + i) }],
    })),
  ];

  const { client, id } = await started(messages);

  expect(await loadMessages(client, id)).toEqual(messages);
  expect(await saveMessages(client, id, messages)).toEqual({ saved: 0 });
});

test("A session is created only if it is to be, and another user's is not found", async () => {
  const client = clientOf();
  const id = randomUUID();
  await expect(saveMessages(client, id, [text("user", "1")])).rejects.toMatchObject({ code: "session_not_found" });
  await saveMessages(client, id, [text("user", "1")], { create: { title: "New" } });
  expect(await client.getSession({ path: { session_id: id } })).toMatchObject({ title: "New", message_count: 1 });

  await expect(saveMessages(clientOf(), id, [text("user", "1")], { create: true })).rejects.toMatchObject({ code: "session_id_taken" });
  await expect(loadMessages(clientOf(), id)).rejects.toMatchObject({ code: "session_not_found" });
  await client.endSession({ path: { session_id: id } });
  await expect(saveMessages(client, id, [text("user", "2")])).rejects.toMatchObject({ code: "session_ended" });
});
