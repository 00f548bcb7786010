import assert from "node:assert/strict";
import { test } from "vitest";
import { createClient, createConfig } from "../generated/hey-api/client/index.js";
import {
  appendMessage, appendMessages, createSession, endSession, getContext, getMemory, getSession, listMessages, listSessions, searchSessions,
  writeMemory,
} from "../generated/hey-api/index.js";
import { address, newUser } from "./service.js";

// A fault of the OpenAPI document becomes a wrong request or answer.
test("A conversation through the client that hey-api generates", async () => {
  const client = createClient(createConfig({ baseUrl: address, headers: { "X-User-Id": newUser() } }));

  const { data: session } = await createSession({ client, body: { title: "A conversation", metadata: { app: "ts" } }, throwOnError: true });
  await createSession({ client, body: { metadata: { app: "other" } }, throwOnError: true });
  const path = { session_id: session.session_id };

  const { data: first } = await appendMessage({
    client, path, body: { role: "user", content: "What is a session?", tokens_used: 10, cost_usd: 0.001 }, throwOnError: true,
  });
  assert.equal(first.sequence, 1);
  await appendMessages({
    client, path, body: { messages: [{ role: "assistant", content: "A conversation.", tokens_used: 12 }] }, throwOnError: true,
  });
  const { data: messages } = await listMessages({ client, path, query: { after: 1 }, throwOnError: true });
  assert.deepEqual(messages.messages.map((message) => message.sequence), [2]);

  const { data: filtered } = await listSessions({
    client, query: { metadata: { "metadata.app": "ts" }, status: ["active", "completed"] }, throwOnError: true,
  });
  assert.deepEqual(filtered.sessions.map((found) => found.session_id), [session.session_id]);
  const { data: found } = await searchSessions({
    client, query: { q: "conversation", metadata: { "metadata.app": "other" } }, throwOnError: true,
  });
  assert.deepEqual(found.results, []);

  await writeMemory({ client, path, body: { content: "Asks about sessions.", user_preferences: { language: "en" } }, throwOnError: true });
  const { data: memory } = await getMemory({ client, path, throwOnError: true });
  assert.deepEqual(memory.user_preferences, { language: "en" });
  const { data: context } = await getContext({ client, path, query: { max_tokens: 100, format: "openai" }, throwOnError: true });
  assert.ok(context.messages.length >= 2);

  await endSession({ client, path, throwOnError: true });
  const { data: ended } = await getSession({ client, path, throwOnError: true });
  assert.equal(ended.status, "ended");
  const { error } = await appendMessage({ client, path, body: { role: "user", content: "One more" } });
  assert.equal(error?.code, "session_ended");
});
