import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createSessionClient } from "@session-service/client";
import type { SessionClientOptions } from "@session-service/client";

type Answer = Response | Error | (() => Promise<Response>);

/** A client whose requests are answered by a script, one answer for each attempt; the last one answers all that follow. */
function scripted(answers: Answer[], options: Partial<SessionClientOptions> = {}) {
  const requests: Request[] = [];
  const client = createSessionClient({
    baseURL: "http://service.test",
    userId: "ada",
    fetch: async (request) => {
      const answer = answers[Math.min(requests.push(request), answers.length) - 1]!;
      if (answer instanceof Error) throw answer;
      return answer instanceof Response ? answer.clone() : await answer();
    },
    ...options,
  });
  return { client, requests };
}

const json = (body: unknown, status = 200, headers = {}) => new Response(JSON.stringify(body), { status, headers });
const problem = (status: number, code: string, headers = {}) => json({ code, detail: "No." }, status, headers);
const broken = () => new TypeError("fetch failed", { cause: { code: "ECONNRESET" } });
const halfway = () => new Response('{"session_id": "x', { headers: { "Content-Type": "application/json" } });
const path = { session_id: "5d0c8f6e-3b7a-4c19-8e42-6f1a9b2d7c03" };
const keysOf = (requests: Request[]) => requests.map((request) => request.headers.get("Idempotency-Key"));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What a call comes to, with all its waiting passed. */
async function settled<T>(call: Promise<T>): Promise<T | Error> {
  const outcome = call.catch((error: Error) => error);
  await vi.runAllTimersAsync();
  return await outcome;
}

test.each([
  ["a broken connection", broken()],
  ["an answer that ends midway", halfway()],
  ["an answer without its body", new Response(new ReadableStream({ start: (stream) => stream.close() }))],
  ["an unknown outcome", problem(503, "outcome_unknown")],
  ["a gateway that does not know", problem(502, "bad_gateway")],
  ["a page of a proxy", new Response("<html>", { status: 503 })],
  ["a rate limit", problem(429, "rate_limit_exceeded")],
])("After %s a write is sent again with the same key", async (_, answer) => {
  const { client, requests } = scripted([answer, answer, json({ session_id: "x" }, 201)]);

  expect(await settled(client.createSession({ body: { title: "A" } }))).toEqual({ session_id: "x" });

  const keys = keysOf(requests);
  expect(keys.length).toBe(3);
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  expect(await Promise.all(requests.map((request) => request.text()))).toEqual(Array(3).fill('{"title":"A"}'));
});

test("Every call has a key of its own, and the caller's key counts", async () => {
  const { client, requests } = scripted([json({})]);

  await client.createSession({ body: {} });
  await client.createSession({ body: {} });
  await client.createSession({ body: {}, idempotencyKey: "mine" });
  await client.getSession({ path });
  await client.updateSession({ path, body: {} });

  const [one, two, ...others] = keysOf(requests);
  expect(one).not.toBe(two);
  expect(others).toEqual(["mine", null, null]);
});

test("What may not be repeated is sent again only if nothing was done", async () => {
  // Every operation of today has a key or may be repeated.
  const { withRetries } = await import("../src/retries.js");
  const rules = { isRepeatable: false, isReplayable: true, isFile: false };
  const attemptsAt = async (answer: Answer) => {
    let made = 0;
    const attempt = async () => {
      made++;
      if (answer instanceof Error) throw answer;
      const response = (answer as Response).clone();
      return { response, body: await response.json() };
    };
    await settled(withRetries(attempt, rules, {}, { attempts: 3 }));
    return made;
  };

  expect(await attemptsAt(broken())).toBe(1);
  expect(await attemptsAt(problem(503, "outcome_unknown"))).toBe(1);
  expect(await attemptsAt(problem(504, "gateway_timeout"))).toBe(1);
  expect(await attemptsAt(problem(503, "overloaded"))).toBe(3);
  expect(await attemptsAt(problem(429, "rate_limit_exceeded"))).toBe(3);
  expect(await attemptsAt(new TypeError("fetch failed", { cause: { code: "ECONNREFUSED" } }))).toBe(3);
});

test("A page without items that tells where to go on is passed over", async () => {
  const { client, requests } = scripted([
    json({ messages: [], has_more: true, next_after: 10_000 }), json({ messages: [{ sequence: 10_002 }], has_more: false }),
  ]);
  const walk = async () => {
    const found: number[] = [];
    for await (const { sequence } of client.each("listMessages", { path })) found.push(sequence);
    return found;
  };

  expect(await settled(walk())).toEqual([10_002]);

  expect(requests.map(({ url }) => new URL(url).searchParams.get("after"))).toEqual(["0", "10000"]);
});

test("A body that can be read once is sent once", async () => {
  const { client, requests } = scripted([problem(503, "overloaded")]);

  expect(await settled(client.importSessions({ body: new Blob(["{}"]).stream() }))).toMatchObject({ status: 503 });

  expect(requests.length).toBe(1);
});

test.each([400, 401, 403, 404, 409, 412, 413, 422, 500])("The answer %i is final", async (status) => {
  const { client, requests } = scripted([problem(status, "some_code")]);

  expect(await settled(client.getSession({ path }))).toMatchObject({ status, code: "some_code", mayBeDone: false });

  expect(requests.length).toBe(1);
});

test("The last attempt's error comes out, and tells that an earlier one may have been carried out", async () => {
  const lost = scripted([broken()]);
  expect(await settled(lost.client.createSession({ body: {} }))).toMatchObject({ status: 0, code: "connection_failed", mayBeDone: true });
  expect(lost.requests.length).toBe(8);

  const gone = scripted([broken(), problem(404, "session_not_found")]);
  expect(await settled(gone.client.eraseSessionData({ path }))).toMatchObject({ status: 404, mayBeDone: true });

  const once = scripted([broken()], { retry: { attempts: 1 } });
  await settled(once.client.createSession({ body: {} }));
  expect(once.requests.length).toBe(1);
});

test("Retry-After is waited for, and no longer than the call may take", async () => {
  const start = Date.now();
  const { client } = scripted([problem(503, "overloaded", { "Retry-After": "7" }), json({ session_id: "x" })]);
  expect(await settled(client.getSession({ path }))).toEqual({ session_id: "x" });
  expect(Date.now() - start).toBeGreaterThanOrEqual(7_000);
  expect(Date.now() - start).toBeLessThan(8_000);

  const long = scripted([problem(429, "rate_limit_exceeded", { "Retry-After": "60" })], { retry: { totalTime: 30_000 } });
  expect(await settled(long.client.getSession({ path }))).toMatchObject({ status: 429 });
  expect(long.requests.length).toBe(1);
});

test("An attempt without an answer ends, and all attempts together do", async () => {
  const requests: Request[] = [];
  const client = createSessionClient({
    baseURL: "http://service.test",
    fetch: (request) => {
      requests.push(request);
      return new Promise((_, reject) => request.signal.addEventListener("abort", () => reject(request.signal.reason)));
    },
    retry: { attemptTime: 10_000, totalTime: 35_000 },
  });

  expect(await settled(client.getHealth())).toMatchObject({ status: 0, code: "timed_out" });

  expect(requests.length).toBe(4);
});

test("A signal ends a call while it waits, and while it is under way", async () => {
  const { client, requests } = scripted([problem(503, "overloaded", { "Retry-After": "20" })]);
  const waiting = new AbortController();
  const call = client.createSession({ body: {}, signal: waiting.signal }).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(1_000);
  waiting.abort(new Error("Enough."));
  expect(await call).toEqual(new Error("Enough."));
  expect(requests.length).toBe(1);
  expect(vi.getTimerCount()).toBe(0);

  const underWay = new AbortController();
  const { client: slow } = scripted([
    () => new Promise((_, reject) => underWay.signal.addEventListener("abort", () => reject(new Error("Aborted.")))),
  ]);
  const second = slow.getSession({ path, signal: underWay.signal }).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(10);
  underWay.abort();
  expect(await second).toMatchObject({ name: "AbortError" });
  await expect(slow.getSession({ path, signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
});

test("A token is asked for at each attempt, and its failure is the caller's", async () => {
  let asked = 0;
  const { client, requests } = scripted([problem(503, "overloaded"), json({})], { userId: undefined, token: async () => `t${++asked}` });
  await settled(client.getHealth());
  expect(requests.map((request) => request.headers.get("Authorization"))).toEqual(["Bearer t1", "Bearer t2"]);

  const failing = scripted([json({})], {
    token: () => {
      throw new Error("No token.");
    },
  });
  expect(await settled(failing.client.getHealth())).toEqual(new Error("No token."));
  expect(failing.requests.length).toBe(0);
});

test("The key of a service acts for the user that is named", async () => {
  const { client, requests } = scripted([json({})], { userId: undefined, apiKey: "sk-1" });

  await client.getHealth();
  await client.forUser("grace").getSession({ path });

  expect(requests.map(({ headers }) => [headers.get("Authorization"), headers.get("X-User-Id")])).toEqual([
    ["Bearer sk-1", null], ["Bearer sk-1", "grace"],
  ]);
  expect(() => createSessionClient({ baseURL: "http://service.test", token: "t", apiKey: "sk-1" })).toThrow(TypeError);
});
