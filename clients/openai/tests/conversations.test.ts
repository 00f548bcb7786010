import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import OpenAI from "openai";
import { ask, clientOf, sessionOf } from "./service.js";

const message = (text: string) => ({ type: "message" as const, role: "user" as const, content: text });

test("A conversation is created, read, changed and deleted", async () => {
  const client = clientOf();
  const created = await client.conversations.create({ metadata: { topic: "demo" }, items: [message("Hello")] });
  assert.equal(created.object, "conversation");
  assert.ok(Math.abs(created.created_at - Date.now() / 1000) < 300);
  assert.deepEqual(await client.conversations.retrieve(created.id), created);
  const changed = await client.conversations.update(created.id, { metadata: { other: "x" } });
  assert.deepEqual(changed.metadata, { other: "x" });
  assert.deepEqual(await client.conversations.delete(created.id), { id: created.id, object: "conversation.deleted", deleted: true });
  await assert.rejects(client.conversations.retrieve(created.id), OpenAI.NotFoundError);
});

test("Items are listed both ways, page by page, each once", async () => {
  const client = clientOf();
  const { id } = await client.conversations.create({});
  const many = Array.from({ length: 250 }, (_, i) => message(`${i}`));
  const created = await client.conversations.items.create(id, { items: many });
  assert.equal(created.data.length, 250);
  const ids = created.data.map((item) => item.id);

  for (const order of ["asc", "desc"] as const) {
    const listed: (string | undefined)[] = [];
    for await (const item of client.conversations.items.list(id, { order, limit: 17, include: ["reasoning.encrypted_content"] })) {
      listed.push(item.id);
    }
    assert.deepEqual(listed, order === "asc" ? ids : [...ids].reverse());
  }

  const page = await client.conversations.items.list(id);
  assert.equal(page.data.length, 20);
  assert.equal(page.hasNextPage(), true);
});

test("An item is read and deleted by its id", async () => {
  const client = clientOf();
  const { id } = await client.conversations.create({ items: [message("a"), { type: "reasoning", id: "rs_1", summary: [] }] });
  const [newest] = (await client.conversations.items.list(id, { limit: 1 })).data;
  assert.equal(newest?.id, "rs_1");
  assert.deepEqual(await client.conversations.items.retrieve("rs_1", { conversation_id: id }), newest);
  const conversation = await client.conversations.items.delete("rs_1", { conversation_id: id });
  assert.equal(conversation.id, id);
  await assert.rejects(client.conversations.items.retrieve("rs_1", { conversation_id: id }), OpenAI.NotFoundError);
  assert.equal((await client.conversations.items.list(id)).data.length, 1);
});

test("Errors are those of the SDK, with what is wrong", async () => {
  const client = clientOf();
  const { id } = await client.conversations.create({});
  await assert.rejects(client.conversations.update(id, {} as never), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.deepEqual([error.param, error.type, error.code], ["metadata", "invalid_request_error", "validation_failed"]);
    return true;
  });
  await assert.rejects(clientOf().conversations.retrieve(id), (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError);
    assert.equal(error.code, "conversation_not_found");
    return true;
  });
  await assert.rejects(client.conversations.items.create("conv_1", { items: [message("a")] }), OpenAI.BadRequestError);
});

test("A conversation that one API writes the other reads", async () => {
  const user = `user-${randomUUID()}`;
  const client = clientOf(user);
  const session = await ask(user, "POST", "/sessions", {});
  await ask(user, "POST", `/sessions/${session.session_id}/messages`, { role: "user", content: "Written natively" });
  const id = `conv_${session.session_id.replaceAll("-", "")}`;
  await client.conversations.items.create(id, { items: [{ role: "assistant", content: "Written by the SDK" }] });

  const { messages } = await ask(user, "GET", `/sessions/${sessionOf(id)}/messages`);
  assert.deepEqual(messages.map((one: any) => [one.sequence, one.role, one.content]), [
    [1, "user", "Written natively"],
    [2, "assistant", "Written by the SDK"],
  ]);
  const items = (await client.conversations.items.list(id, { order: "asc" })).data;
  assert.deepEqual(items.map((item) => item.type === "message" && (item.content[0] as any).text), ["Written natively", "Written by the SDK"]);
});
