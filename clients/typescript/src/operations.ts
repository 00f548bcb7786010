import type { operations } from "./generated/schema.js";
import { table } from "./generated/table.js";

export type OperationId = keyof typeof table;

/** What the client must know of an operation when it runs. All of it comes from the OpenAPI document. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  /** Whether a request with an `Idempotency-Key` is carried out once. */
  readonly takesKey: boolean;
  /** The type of a body that is not JSON. */
  readonly file?: string;
  /** Whether the answer is not JSON, but a file or a stream. */
  readonly answersFile?: boolean;
  /** Whether the answer is a stream of events that goes on after the last one where it breaks off. */
  readonly follows?: boolean;
  readonly pages?: { readonly items: string; readonly by: "cursor" | "position" | "number" };
}

export const operationIds = Object.keys(table) as OperationId[];

export function operationOf(id: OperationId): Operation {
  return table[id];
}

// These take no key, and a second time they change nothing or make the same again. The document does not tell them from others.
const repeatable = new Set<OperationId>([
  "archiveSession",
  "importSessions",
  "restoreSession",
  "searchSessionMemories",
  "searchUserMemories",
  "starSession",
  "testWebhook",
  "uploadAttachment",
]);

/** Whether a request may be sent again when nobody knows whether the service has carried it out. */
export function isRepeatable(id: OperationId): boolean {
  const { method, takesKey } = operationOf(id);
  return takesKey || method !== "POST" || repeatable.has(id);
}

type Parameters<Id extends OperationId> = operations[Id]["parameters"];

/** A member that is left out where there is nothing to give, and may be left out where nothing is required. */
type Given<Name extends string, Value> = [Value] extends [never | undefined]
  ? unknown
  : [keyof Value] extends [never]
    ? unknown
    : object extends Value
      ? { [N in Name]?: Value }
      : { [N in Name]: Value };

type Without<Value, Names extends string> = Value extends object ? { [N in keyof Value as Exclude<N, Names>]: Value[N] } : never;

type JsonBody<Id extends OperationId> = operations[Id] extends { requestBody: { content: infer Contents } }
  ? Contents extends { "application/json": infer Body }
    ? { body: Body }
    : unknown
  : operations[Id] extends { requestBody?: { content: { "application/json": infer Body } } }
    ? { body?: Body }
    : unknown;

type Body<Id extends OperationId> = (typeof table)[Id] extends { file: string }
  ? {
      /** A body that is a `ReadableStream` can be read once, so that the request is sent once only. */
      body: string | Blob | ArrayBuffer | Uint8Array<ArrayBuffer> | FormData | ReadableStream<Uint8Array>;
      /** The type of the body, where it does not tell its own. */
      contentType?: string | undefined;
    }
  : JsonBody<Id>;

type Key<Id extends OperationId> = (typeof table)[Id]["takesKey"] extends true
  ? {
      /** In place of the key that the client makes: the same key later, also in another process, does not write again. */
      idempotencyKey?: string | undefined;
    }
  : unknown;

export interface CallOptions {
  /** Ends the call, also while it waits for its next attempt. */
  signal?: AbortSignal | undefined;
  /** In place of the retries of the client. */
  retry?: RetryOptions | undefined;
}

export interface RetryOptions {
  /** Attempts in all, 8 by default. 1 turns retries off. */
  attempts?: number;
  /** Milliseconds for an attempt until its answer is there, 60,000 by default. Requests with files have no limit by default. */
  attemptTime?: number;
  /** Milliseconds for all attempts together, 120,000 by default. After that no attempt begins. */
  totalTime?: number;
}

/** What an operation takes. */
export type Input<Id extends OperationId> = InputWithout<Id, "user_id">;

/** What a list takes whose pages the client asks for. */
export type PagedInput<Id extends PagedId> = InputWithout<Id, "user_id" | "page">;

type InputWithout<Id extends OperationId, Names extends string> = Given<"path", Parameters<Id>["path"]> &
  Given<"query", Without<Exclude<Parameters<Id>["query"], undefined>, Names>> &
  Given<"headers", Without<Exclude<Parameters<Id>["header"], undefined>, "Idempotency-Key">> &
  Body<Id> &
  Key<Id> &
  CallOptions;

type Success<Responses> = {
  [Status in keyof Responses & (200 | 201 | 206)]: Responses[Status] extends { content: { "application/json": infer Body } } ? Body : never;
}[keyof Responses & (200 | 201 | 206)];

/** What an operation answers: the JSON, or the `Response` where the answer is a file or a stream. */
export type Output<Id extends OperationId> = (typeof table)[Id] extends { answersFile: true }
  ? Response
  : Success<operations[Id]["responses"]>;

/** The operations that tell events. */
export type FollowId = { [Id in OperationId]: (typeof table)[Id] extends { follows: true } ? Id : never }[OperationId];

/** The operations whose answers are pages. */
export type PagedId = { [Id in OperationId]: (typeof table)[Id] extends { pages: object } ? Id : never }[OperationId];

type ItemsName<Id extends PagedId> = (typeof table)[Id] extends { pages: { items: infer Name extends string } } ? Name : never;

/** An item of a page. */
export type Item<Id extends PagedId> = ItemsName<Id> extends keyof Output<Id>
  ? Output<Id>[ItemsName<Id>] extends readonly (infer Found)[]
    ? Found
    : never
  : never;
