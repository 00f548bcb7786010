/** An answer of the service that is an error. */
export class SessionServiceError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = "SessionServiceError";
  }
}

export interface Connection {
  /** The service or its gateway, such as `http://localhost:8205`. */
  baseURL: string;
  /** The user, where the service does not know them by a token. */
  userId?: string;
  /** A bearer token. */
  token?: string;
  /** Attempts of one request, 5 by default. */
  attempts?: number;
  /** In place of the global `fetch`. */
  fetch?: typeof globalThis.fetch;
}

export interface Answer {
  status: number;
  body: any;
  etag: string | null;
}

const firstWait = 100;
const longestWait = 5_000;

/**
 * Sends a request until its answer arrives. Only requests may be sent so that are made once however often they come: reads, writes with a
 * key, and removals.
 */
export async function send(
  connection: Connection,
  method: string,
  path: string,
  options: { body?: unknown; key?: string; ifMatch?: string | null; accepts?: number[] } = {},
): Promise<Answer> {
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (connection.userId !== undefined) headers["X-User-Id"] = connection.userId;
  if (connection.token !== undefined) headers["Authorization"] = `Bearer ${connection.token}`;
  if (options.key !== undefined) headers["Idempotency-Key"] = options.key;
  if (options.ifMatch) headers["If-Match"] = options.ifMatch;
  const request: RequestInit = { method, headers };
  if (options.body !== undefined) request.body = JSON.stringify(options.body);

  const attempts = connection.attempts ?? 5;
  for (let attempt = 1; ; attempt++) {
    let wait = Math.min(firstWait * 2 ** attempt, longestWait);
    try {
      const answer = await (connection.fetch ?? globalThis.fetch)(`${connection.baseURL}${path}`, request);
      const text = await answer.text();
      const body = text.length === 0 ? undefined : JSON.parse(text);
      if (answer.ok || options.accepts?.includes(answer.status)) {
        return { status: answer.status, body, etag: answer.headers.get("ETag") };
      }

      if (attempt >= attempts || (answer.status < 500 && answer.status !== 429)) {
        const problem = body?.error ?? body;
        throw new SessionServiceError(answer.status, problem?.code ?? "", problem?.detail ?? problem?.message ?? answer.statusText);
      }

      wait = Number(answer.headers.get("Retry-After") ?? 0) * 1_000 || wait;
    } catch (error) {
      if (error instanceof SessionServiceError || attempt >= attempts) throw error;
    }

    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
