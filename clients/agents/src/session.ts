import { areSame, toItem, toMessage } from "./items.js";
import type { Item, Message } from "./items.js";
import { send, SessionServiceError } from "./requests.js";
import type { Connection } from "./requests.js";

export { SessionServiceError } from "./requests.js";

/** Changes the history in one step, which is made once however often it is sent. */
export type HistoryTransaction<TItem> =
  | { type: "append_items"; items: TItem[] }
  | { type: "replace_suffix"; expectedSuffix: TItem[]; replacement: TItem[] };

export interface SessionServiceSessionOptions extends Connection {
  /** A session that exists, or is to have this id; a new one by default. */
  sessionId?: string;
}

const mostAtOnce = 1_000;

/**
 * A session of the Agents SDK whose items are messages of the Session Service. A connection that breaks loses no item and doubles none:
 * every write has an Idempotency-Key and is sent again.
 */
export class SessionServiceSession<TItem extends object = Item> {
  readonly #connection: Connection;
  #sessionId: string | undefined;
  #made: Promise<string> | undefined;

  constructor(options: SessionServiceSessionOptions) {
    const { sessionId, ...connection } = options;
    this.#connection = { ...connection, baseURL: connection.baseURL.replace(/\/+$/, "") };
    this.#sessionId = sessionId;
  }

  getSessionId(): Promise<string> {
    this.#made ??= this.#make().catch((error: unknown) => {
      this.#made = undefined;
      throw error;
    });
    return this.#made;
  }

  async getItems(limit?: number): Promise<TItem[]> {
    if (limit !== undefined && limit <= 0) return [];
    return (await this.#read(limit)).map((message) => toItem(message) as unknown as TItem);
  }

  async addItems(items: TItem[]): Promise<void> {
    await this.#append(items, crypto.randomUUID());
  }

  async popItem(): Promise<TItem | undefined> {
    const [last] = await this.#read(1);
    if (last === undefined) return undefined;
    // Sent again after a broken connection, the message may be gone already.
    await this.#send("DELETE", `/messages/${last.sequence}?mode=remove`, { accepts: [404] });
    return toItem(last) as unknown as TItem;
  }

  async clearSession(): Promise<void> {
    if (this.#sessionId === undefined) return;
    await this.#send("DELETE", "/data", { accepts: [404] });
    this.#made = undefined;
  }

  /**
   * Changes the history once: the same operation sent again, by this or another process, changes nothing.
   *
   * @throws SessionServiceError with the code `history_changed` where the history does not end with the expected items, or somebody else
   * writes at the same time.
   */
  async applyHistoryTransaction(change: { operationId: string; transaction: HistoryTransaction<TItem> }): Promise<void> {
    const { operationId, transaction } = change;
    if (transaction.type === "append_items") {
      await this.#append(transaction.items, operationId);
      return;
    }

    const { expectedSuffix, replacement } = transaction;
    const { body: session, etag } = await this.#send("GET", "");
    const end = await this.#read(Math.max(expectedSuffix.length, replacement.length) + 1);
    const operation = `${operationId}:suffix`;
    if (replacement.length > 0 && end.at(-1)?.metadata?.agents_operation === operation) return;

    const suffix = end.slice(end.length - expectedSuffix.length);
    if (suffix.length !== expectedSuffix.length || !suffix.every((message, i) => areSame(toItem(message), expectedSuffix[i]))) {
      throw changed();
    }

    let next: number = session.message_count + 1;
    if (expectedSuffix.length > 0) {
      const to = end[end.length - expectedSuffix.length - 1]?.sequence ?? 0;
      const rewound = await this.#send("POST", "/rewind", {
        body: { to_sequence: to },
        key: `${operationId}:rewind`,
        ifMatch: etag,
        accepts: [409, 412],
      });
      if (rewound.status !== 200) throw changed();
      next = rewound.body.session.message_count + 1;
    }

    await this.#append(replacement, operation, next);
  }

  async #make(): Promise<string> {
    this.#sessionId ??= crypto.randomUUID();
    // The id is the key: a session that is there already is the one that was asked for.
    await send(this.#connection, "POST", "/api/v1/sessions", { body: { session_id: this.#sessionId }, accepts: [409] });
    return this.#sessionId;
  }

  async #append(items: TItem[], operation: string, expected?: number): Promise<void> {
    for (let from = 0; from < items.length; from += mostAtOnce) {
      const messages = items.slice(from, from + mostAtOnce).map((item) => {
        const message = toMessage(item as Item) as { metadata: object };
        return { ...message, metadata: { ...message.metadata, agents_operation: operation } };
      });
      const body = expected === undefined ? { messages } : { messages, expected_sequence: expected + from };
      const { status } = await this.#send("POST", "/messages/batch", {
        body,
        key: from === 0 ? operation : `${operation}:${from}`,
        ...(expected === undefined ? {} : { accepts: [409] }),
      });
      if (status === 409) throw changed();
    }
  }

  /** The newest messages, or all of them, in time order. */
  async #read(limit?: number): Promise<(Message & { metadata?: { agents_operation?: string } })[]> {
    const read: Message[] = [];
    let before = Number.MAX_SAFE_INTEGER;
    while (limit === undefined || read.length < limit) {
      const take = Math.min(mostAtOnce, limit === undefined ? mostAtOnce : limit - read.length);
      const { body } = await this.#send("GET", `/messages?before=${before}&limit=${take}&attachments=inline`);
      read.unshift(...body.messages);
      if (!body.has_more || body.messages.length === 0) break;
      before = body.messages[0].sequence;
    }

    return read;
  }

  async #send(method: string, path: string, options: Parameters<typeof send>[3] = {}) {
    const id = await this.getSessionId();
    return await send(this.#connection, method, `/api/v1/sessions/${id}${path}`, options);
  }
}

function changed(): SessionServiceError {
  return new SessionServiceError(409, "history_changed", "The history is not the one that the change is for.");
}
