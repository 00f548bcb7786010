import { randomUUID } from "node:crypto";
import type { UIMessage } from "ai";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadMessages, saveMessages } from "@session-service/client/ai-sdk";
import { BreakingProxy } from "../../agents/tests/proxy.js";
import { address, clientOf, newUser } from "./service.js";

let proxy: BreakingProxy;
beforeEach(async () => void (proxy = await BreakingProxy.start(address)));
afterEach(() => proxy.stop());

/** Faults at random places: one answer in three does not arrive, or not as a whole. */
function breakOneInThree() {
  const kinds = ["before", "after", "half"] as const;
  proxy.faults = Array.from({ length: 5_000 }, () => (Math.random() < 1 / 3 ? kinds[Math.floor(Math.random() * 3)]! : "none"));
}

const retry = { attempts: 20 };

test("Over a proxy that breaks one answer in three nothing is lost and nothing comes twice", async () => {
  const user = newUser();
  const client = clientOf({ userId: user, baseURL: proxy.address, retry });
  breakOneInThree();

  const { session_id: id } = await client.createSession({ body: { title: "One" } });
  const path = { session_id: id };
  for (let i = 0; i < 15; i++) {
    await client.appendMessage({ path, body: { role: "user", content: `${i}a`, tokens_used: 1, cost_usd: 0.1 } });
    await client.appendMessages({ path, body: { messages: [{ role: "assistant", content: `${i}b` }, { role: "user", content: `${i}c` }] } });
  }

  const memories = await Promise.all(
    Array.from({ length: 8 }, async (_, i) => await client.createUserMemory({ path: { user_id: user }, body: { content: `memory ${i}` } })),
  );
  await client.changeUserMemory({ path: { user_id: user, memory_id: memories[0]!.memory_id }, body: { content: "changed" } });
  await client.deleteUserMemory({ path: { user_id: user, memory_id: memories[1]!.memory_id } });
  await client.writeFeedback({ path: { ...path, sequence: 1, name: "rating" }, body: { value: 5 } });
  await client.rewindSession({ path, body: { to_sequence: 44 } });
  await client.forkSession({ path, body: {} });
  await client.patchSession({ path, body: { metadata: { seen: true } } });
  const read: string[] = [];
  for await (const message of client.each("listMessages", { path, query: { limit: 7 } })) read.push(message.content);

  const direct = clientOf({ userId: user });
  const expected = Array.from({ length: 15 }, (_, i) => [`${i}a`, `${i}b`, `${i}c`]).flat().slice(0, 44);
  expect(read).toEqual(expected);
  expect((await direct.listMessages({ path, query: { after: 0, limit: 1_000 } })).messages.map(({ content }) => content)).toEqual(expected);
  expect(await direct.getSession({ path })).toMatchObject({ message_count: 45, total_tokens: 15, total_cost: 1.5, metadata: { seen: true } });
  expect((await direct.listSessions()).total).toBe(2);
  expect((await direct.listBranches({ path })).total).toBe(2);
  const left = (await direct.listUserMemories({ path: { user_id: user } })).memories;
  expect(left.map(({ content, version }) => [content, version]).sort()).toEqual([
    ["changed", 2], ...[2, 3, 4, 5, 6, 7].map((i) => [`memory ${i}`, 1]),
  ]);
  // Without faults there are 52.
  expect(proxy.requests).toBeGreaterThan(55);
});

test("UIMessages that are saved and loaded over such a proxy are all there, once, in order", async () => {
  const user = newUser();
  const client = clientOf({ userId: user, baseURL: proxy.address, retry });
  const direct = clientOf({ userId: user });
  breakOneInThree();
  const id = randomUUID();
  const say = (role: UIMessage["role"], text: string): UIMessage => ({ id: randomUUID(), role, parts: [{ type: "text", text }] });
  let messages: UIMessage[] = [];

  for (let turn = 0; turn < 10; turn++) {
    messages = [...messages, say("user", `question ${turn}`)];
    await saveMessages(client, id, messages, { create: true });
    messages = [...messages, say("assistant", `answer ${turn}`)];
    await saveMessages(client, id, messages, { create: true });
    // The last answer is generated anew at every third turn.
    if (turn % 3 === 0) {
      messages = [...messages.slice(0, -1), say("assistant", `better answer ${turn}`)];
      await saveMessages(client, id, messages);
    }

    expect(await loadMessages(client, id)).toEqual(messages);
  }

  expect(await loadMessages(direct, id)).toEqual(messages);
  expect(await direct.getSession({ path: { session_id: id } })).toMatchObject({ message_count: 24, visible_messages: 20 });
});
