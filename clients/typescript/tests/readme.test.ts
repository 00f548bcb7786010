import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { MockLanguageModelV3 } from "ai/test";
import { simulateReadableStream } from "ai";
import type { LanguageModel, UIMessage } from "ai";
import { beforeAll, expect, test, vi } from "vitest";
import { loadMessages } from "@session-service/client/ai-sdk";
import { address, clientOf, newSession, newUser } from "./service.js";

const folder = new URL("../generated/readme/", import.meta.url);
const user = newUser();
const examples = [...readFileSync(new URL("../README.md", import.meta.url), "utf8").matchAll(/```ts\n(.*?)```/gs)].map((found) => found[1]!);
const run = async (example: number) => (await import(new URL(`example-${example}.ts`, folder).href)) as Record<string, unknown>;

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  examples.forEach((example, i) => {
    const here = example.replaceAll("http://localhost:8205", address).replaceAll('userId: "ada"', `userId: "${user}"`);
    writeFileSync(new URL(`example-${i}.ts`, folder), here);
  });
});

test("The examples of the README compile", () => {
  writeFileSync(new URL("tsconfig.json", folder), JSON.stringify({ extends: "../../tests/tsconfig.json", include: ["."] }));
  const { status, stdout } = spawnSync("npx", ["tsc", "--project", "."], { cwd: folder, encoding: "utf8" });
  expect([status, stdout]).toEqual([0, ""]);
});

test("The examples of the README do what they say", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  await run(0);
  expect(log.mock.lastCall).toEqual([1, "user", "Where can we swim in June?"]);
  await run(1);
  expect(log.mock.lastCall?.slice(0, 2)).toEqual([404, "session_not_found"]);
  await run(2);
  await run(5);
  expect(log.mock.lastCall).toEqual([0, "Look for the blue flag."]);
  log.mockRestore();
});

test("A chat by the example of the README remembers both sides, once", async () => {
  const client = clientOf({ userId: user });
  const chat = await newSession(client);
  const usage = { inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 }, outputTokens: { total: 1, text: 1, reasoning: 0 } };
  const model = new MockLanguageModelV3({
    doStream: async () => ({
      stream: simulateReadableStream({
        chunks: [
          { type: "stream-start" as const, warnings: [] },
          { type: "text-start" as const, id: "t" },
          { type: "text-delta" as const, id: "t", delta: "In the sea." },
          { type: "text-end" as const, id: "t" },
          { type: "finish" as const, finishReason: { unified: "stop" as const, raw: "stop" }, usage },
        ],
      }),
    }),
  });
  const { answer } = (await run(3)) as { answer: (model: LanguageModel, chat: string, question: UIMessage) => Promise<Response> };

  for (const id of ["q1", "q2"]) {
    const response = await answer(model, chat, { id, role: "user", parts: [{ type: "text", text: "Where?" }] });
    expect(await response.text()).toContain("In the sea.");
  }

  const { resume } = (await run(4)) as { resume: (request: Request, chat: string) => Promise<Response> };
  expect((await resume(new Request(address), chat)).status).toBe(204);
  const loaded = await loadMessages(client, chat);
  expect(loaded.map(({ role, parts }) => [role, parts.at(-1)])).toEqual([
    ["user", { type: "text", text: "Where?" }], ["assistant", { type: "text", text: "In the sea.", state: "done" }],
    ["user", { type: "text", text: "Where?" }], ["assistant", { type: "text", text: "In the sea.", state: "done" }],
  ]);
  expect(await client.getSession({ path: { session_id: chat } })).toMatchObject({ message_count: 4, visible_messages: 4 });
});
