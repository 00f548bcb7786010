import { expect, test } from "vitest";
import { SessionServiceError } from "@session-service/client";
import { address, clientOf, newSession, newUser } from "./service.js";

test("A conversation from its beginning to its end", async () => {
  const client = clientOf();
  const session = await client.createSession({ body: { title: "A conversation", metadata: { app: "ts", nested: { level: 2 } } } });
  const path = { session_id: session.session_id };

  await client.appendMessage({ path, body: { role: "user", content: "What is a session?", tokens_used: 10, cost_usd: 0.001 } });
  await client.appendMessages({ path, body: { messages: [{ role: "assistant", content: "A conversation." }], expected_sequence: 2 } });
  await client.writeMemory({ path, body: { content: "Asks about sessions." } });

  const { messages } = await client.listMessages({ path, query: { after: 1 } });
  expect(messages.map(({ sequence, content }) => [sequence, content])).toEqual([[2, "A conversation."]]);
  const found = await client.listSessions({ query: { status: ["active", "completed"], metadata: { "metadata.app": "ts" } } });
  expect(found.sessions.map(({ session_id: id }) => id)).toEqual([session.session_id]);
  expect((await client.searchSessions({ query: { q: "conversation", metadata: { "metadata.app": "other" } } })).results).toEqual([]);
  expect(await client.endSession({ path })).toEqual({ message: "Session ended successfully" });
  expect(await client.getSession({ path })).toMatchObject({ status: "ended", message_count: 2, total_cost: 0.001 });
});

test("An error has its status, its code, its fields, and the id of its trace", async () => {
  const client = clientOf();
  const path = { session_id: await newSession(client) };

  const invalid = await client.appendMessage({ path, body: { role: "user", content: " ", tokens_used: -1 } }).catch((error: unknown) => error);
  expect(invalid).toBeInstanceOf(SessionServiceError);
  expect(invalid).toMatchObject({
    status: 422, code: "validation_failed", errors: { content: ["must not be blank"], tokens_used: [expect.any(String)] },
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/), mayBeDone: false,
  });
  await expect(clientOf().getSession({ path })).rejects.toMatchObject({ status: 404, code: "session_not_found" });
});

test("A request gives status and headers, and an answer may be 304", async () => {
  const client = clientOf();
  const path = { session_id: await newSession(client) };

  const { headers, status } = await client.request("getSession", { path });
  expect(status).toBe(200);
  const etag = headers.get("ETag")!;
  const again = await client.request("getSession", { path, headers: { "If-None-Match": etag } });
  expect(again).toMatchObject({ status: 304, data: undefined });
  await client.patchSession({ path, body: { title: "New" }, headers: { "If-Match": etag } });
  await expect(client.patchSession({ path, body: { title: "Newer" }, headers: { "If-Match": etag } })).rejects.toMatchObject({
    status: 412, code: "precondition_failed",
  });
});

test("The caller's own key writes once, also in a later call", async () => {
  const client = clientOf();
  const path = { session_id: await newSession(client) };
  const append = async () => await client.request("appendMessage", { path, body: { role: "user", content: "Once" }, idempotencyKey: "key-1" });

  const first = await append();
  const second = await append();

  expect(second.headers.get("Idempotency-Replayed")).toBe("true");
  expect(second.data).toEqual(first.data);
  expect((await client.listMessages({ path })).total).toBe(1);
});

test("Every item of a list comes once, whatever the size of its pages", async () => {
  const user = newUser();
  const client = clientOf({ userId: user });
  const path = { session_id: await newSession(client) };
  for (let i = 0; i < 4; i++) await newSession(client);
  const messages = Array.from({ length: 7 }, (_, i) => ({ role: "user" as const, content: `zebra ${i + 1}`, metadata: { even: i % 2 === 1 } }));
  await client.appendMessages({ path, body: { messages } });
  const { memory_id: memory } = await client.createUserMemory({ path: { user_id: user }, body: { content: "1" } });
  for (let i = 2; i <= 5; i++) {
    await client.changeUserMemory({ path: { user_id: user, memory_id: memory }, body: { content: `${i}` } });
  }

  const all = async <T>(items: AsyncIterable<T>) => {
    const found: T[] = [];
    for await (const item of items) found.push(item);
    return found;
  };
  const numbers = async (query: object) => (await all(client.each("listMessages", { path, query }))).map(({ sequence }) => sequence);
  expect(await numbers({ limit: 3 })).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(await numbers({ limit: 3, after: 4 })).toEqual([5, 6, 7]);
  expect(await numbers({ limit: 2, before: 6 })).toEqual([5, 4, 3, 2, 1]);
  expect(await numbers({ limit: 2, metadata: { "metadata.even": "true" } })).toEqual([2, 4, 6]);
  expect(new Set((await all(client.each("listSessions", { query: { page_size: 2 } }))).map(({ session_id: id }) => id)).size).toBe(5);
  const versions = await all(client.each("listUserMemoryVersions", { path: { user_id: user, memory_id: memory }, query: { page_size: 2 } }));
  expect(versions.map(({ version }) => version)).toEqual([5, 4, 3, 2, 1]);
  const hits = await all(client.each("searchSessions", { query: { q: "zebra", session_id: path.session_id, limit: 3, hits_per_session: 3 } }));
  expect(hits.flatMap((result) => result.hits).length).toBe(7);
  expect((await all(client.pages("listSessions", { query: { page_size: 2 } }))).map((page) => page.sessions.length)).toEqual([2, 2, 1]);
});

test("Files go up and come down as they are, exports and imports too", async () => {
  const user = newUser();
  const client = clientOf({ userId: user });
  const path = { session_id: await newSession(client) };
  await client.appendMessage({ path, body: { role: "user", content: "Kept" } });

  const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => i % 251);
  const uploaded = await client.uploadAttachment({ path: { user_id: user }, query: { name: "a.png" }, body: new Blob([bytes], { type: "image/png" }) });
  expect(uploaded).toMatchObject({ media_type: "image/png", size: bytes.length });
  const form = new FormData();
  form.set("file", new Blob(["in a form"], { type: "text/plain" }), "form.txt");
  expect(await client.uploadAttachment({ path: { user_id: user }, body: form })).toMatchObject({ name: "form.txt", size: 9 });
  const file = await client.getAttachment({ path: { user_id: user, attachment_id: uploaded.attachment_id } });
  expect(new Uint8Array(await file.arrayBuffer())).toEqual(bytes);

  const lines = await (await client.exportUser({ path: { user_id: user } })).text();
  expect(lines).toContain('"end"');
  const other = clientOf();
  expect(await other.importSessions({ query: { ids: "new" }, body: lines })).toMatchObject({ is_complete: true, messages: { created: 1 } });
  const stream = new Blob([lines]).stream();
  expect(await other.importSessions({ query: { ids: "new" }, body: stream })).toMatchObject({ messages: { created: 0, unchanged: 1 } });
});

test("A client acts for other users, whatever characters their ids have", async () => {
  const id = newUser();
  const users = [`${id}/Zoë & 日本`, `${id} %2F?#`];
  for (const user of users) {
    const client = clientOf().forUser(user);
    expect((await client.createSession({ body: {} })).user_id).toBe(user);
    await client.createUserMemory({ path: { user_id: user }, body: { content: "Here" } });
    expect((await client.listUserSessions({ path: { user_id: user } })).total).toBe(1);
    expect((await client.listUserMemories({ path: { user_id: user } })).total).toBe(1);
  }

  await expect(clientOf().listUserSessions({ path: { user_id: ".." } })).rejects.toThrow(TypeError);
});

test("Health needs no caller", async () => {
  expect(await clientOf({ userId: undefined, baseURL: `${address}/` }).getHealth()).toMatchObject({ status: "healthy" });
});
