import createClient from "openapi-fetch";
import type { paths } from "./generated/schema.js";
import type { table } from "./generated/table.js";
import { follow } from "./live.js";
import type { LiveEvent } from "./live.js";
import { isRepeatable, operationIds, operationOf } from "./operations.js";
import type { CallOptions, FollowId, Input, Item, OperationId, Output, PagedId, PagedInput, RetryOptions } from "./operations.js";
import { pagesOf } from "./pages.js";
import { InvalidRequest, withRetries } from "./retries.js";
import type { Answer } from "./retries.js";

type Provider = string | (() => string | Promise<string>);

export interface SessionClientOptions {
  /** The service or its gateway, such as `http://localhost:8205`. */
  baseURL: string;
  /** The user in whose name requests are made. Not needed with a user's token or key. */
  userId?: string | undefined;
  /** A bearer token, or a function that has one. The function is asked before each attempt. */
  token?: Provider | undefined;
  /** A key of the service's own (`sk-…`). The key of a service needs a `userId`, too. */
  apiKey?: Provider | undefined;
  /** Further headers of each request. */
  headers?: Record<string, string> | undefined;
  retry?: RetryOptions | undefined;
  /** In place of the global `fetch`. */
  fetch?: ((request: Request) => Promise<Response>) | undefined;
}

/** The whole answer of an operation. */
export interface FullAnswer<Id extends OperationId> {
  /** Missing where the answer is 304. */
  data: Output<Id> | undefined;
  status: number;
  headers: Headers;
}

type Optional<Input> = object extends Input ? [input?: Input] : [input: Input];
type Arguments<Id extends OperationId> = Optional<Input<Id>>;
type PagedArguments<Id extends PagedId> = Optional<PagedInput<Id>>;

type Operations = { readonly [Id in keyof typeof table]: (...input: Arguments<Id>) => Promise<Output<Id>> };

/** A client of the Session Service, with a method for each operation of its OpenAPI document. */
export interface SessionClient extends Operations {
  /** Carries an operation out and gives status and headers with its answer, for `ETag` and 304 among others. */
  request<Id extends OperationId>(id: Id, ...input: Arguments<Id>): Promise<FullAnswer<Id>>;
  /**
   * All items of a list or a search, page by page. Messages begin with the oldest, or with the newest if `before` is given without
   * `after`.
   */
  each<Id extends PagedId>(id: Id, ...input: PagedArguments<Id>): AsyncGenerator<Item<Id>, void, undefined>;
  /** The pages of a list or a search, as they are answered. */
  pages<Id extends PagedId>(id: Id, ...input: PagedArguments<Id>): AsyncGenerator<Output<Id>, void, undefined>;
  /**
   * What happens in a session, or in all of a user's, as it happens. A stream that breaks off is opened again after the last event:
   * each comes once. It ends with the erasure of the session, with `break`, or with the `signal`.
   */
  follow<Id extends FollowId>(id: Id, ...input: Arguments<Id>): AsyncGenerator<LiveEvent, void, undefined>;
  /** The same client in the name of another user, for a service that acts for many. */
  forUser(userId: string): SessionClient;
}

/** Any operation's input, as the client reads it. */
export interface AnyInput extends CallOptions {
  path?: Record<string, unknown> | undefined;
  query?: Record<string, unknown> | undefined;
  headers?: Record<string, unknown> | undefined;
  body?: unknown;
  contentType?: string | undefined;
  idempotencyKey?: string | undefined;
}

/** Makes a client. Nothing is sent before its first call. */
export function createSessionClient(options: SessionClientOptions): SessionClient {
  if (options.token !== undefined && options.apiKey !== undefined) {
    throw new TypeError("Give a token or an API key, not both.");
  }

  const api = createClient<paths>({
    baseUrl: options.baseURL,
    // Filters of metadata are an object whose members are parameters of their own.
    querySerializer: { object: { style: "form", explode: true } },
  });

  const { userId } = options;
  // A header cannot have other text; the query parameter says the same.
  const isAscii = userId !== undefined && /^[\x20-\x7e]*$/.test(userId);

  async function headersOf(id: OperationId, input: AnyInput, key: string | undefined): Promise<Record<string, unknown>> {
    const { file } = operationOf(id);
    const type = input.contentType ?? (input.body instanceof Blob && input.body.type !== "" ? input.body.type : file);
    const secret = options.token ?? options.apiKey;
    return {
      ...options.headers,
      ...(userId === undefined || !isAscii ? {} : { "X-User-Id": userId }),
      ...(secret === undefined ? {} : { Authorization: `Bearer ${typeof secret === "string" ? secret : await secret()}` }),
      ...(file === undefined || input.body instanceof FormData ? {} : { "Content-Type": type }),
      ...(key === undefined ? {} : { "Idempotency-Key": key }),
      ...input.headers,
    };
  }

  async function send(id: OperationId, input: AnyInput = {}): Promise<Answer> {
    const { method, path, takesKey, file, answersFile, follows } = operationOf(id);
    checkPath(input.path ?? {});
    const body = file === undefined && input.body !== undefined ? JSON.stringify(input.body) : input.body;
    const key = takesKey ? (input.idempotencyKey ?? crypto.randomUUID()) : undefined;
    const query = userId === undefined || isAscii ? input.query : { ...input.query, user_id: userId };
    const attempt = async (signal: AbortSignal): Promise<Answer> => {
      let isSent = false;
      const sendOne = async () =>
        await (api.request as unknown as Send)(method, path, {
          params: { path: input.path ?? {}, query: query ?? {} },
          headers: await headersOf(id, input, key),
          ...(body === undefined ? {} : { body, bodySerializer: (given: unknown) => given }),
          ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
          parseAs: answersFile ? "stream" : "json",
          signal,
          fetch: (request: Request) => {
            isSent = true;
            return (options.fetch ?? globalThis.fetch)(request);
          },
        });
      const { data, error, response } = await sendOne().catch((reason: unknown) => {
        throw isSent ? reason : new InvalidRequest(reason);
      });
      if (response.ok && !answersFile && data === undefined) throw new TypeError("The answer has no body.");
      return { response, body: response.ok ? (answersFile ? response : data) : error };
    };
    return await withRetries(
      attempt,
      {
        isRepeatable: isRepeatable(id),
        isReplayable: !(body instanceof ReadableStream),
        isFile: file !== undefined || (answersFile === true && follows !== true),
      },
      input,
      options.retry ?? {},
    );
  }

  const operations = Object.fromEntries(
    operationIds.map((id) => [id, async (input?: AnyInput) => (await send(id, input)).body]),
  ) as unknown as Operations;
  return {
    ...operations,
    request: async (id, ...[input]) => {
      const { response, body } = await send(id, input as AnyInput);
      return { data: response.ok ? body : undefined, status: response.status, headers: response.headers } as never;
    },
    pages: async function* (id, ...[input]) {
      for await (const { answer } of pagesOf(send, id, input as AnyInput)) yield answer as never;
    },
    each: async function* (id, ...[input]) {
      for await (const { items } of pagesOf(send, id, input as AnyInput)) yield* items as never[];
    },
    follow: (id, ...[input]) => follow((given) => send(id, given), (input ?? {}) as AnyInput),
    forUser: (userId) => createSessionClient({ ...options, userId }),
  };
}

type Send = (method: string, path: string, init: object) => Promise<{ data?: unknown; error?: unknown; response: Response }>;

/** A URL cannot have these: they are resolved before anything is sent, encoded or not. */
function checkPath(values: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === "" || value === "." || value === "..") {
      throw new TypeError(`${name} cannot be ${JSON.stringify(value)} in a path.`);
    }
  }
}
