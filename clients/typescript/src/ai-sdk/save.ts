import type { UIMessage } from "ai";
import { SessionServiceError } from "../index.js";
import type { Schemas, SessionClient } from "../index.js";
import { align, candidateOf, messageIdOf } from "./align.js";
import type { Candidate } from "./align.js";
import { refersToFile, toEntries, withFiles } from "./load.js";
import type { Entry } from "./load.js";
import { Packing, toStored } from "./stored.js";

type Message = Schemas["MessageResponse"];
type Session = Schemas["SessionResponse"];

/** What a message of the session has and a UIMessage has not. */
export type MessageFields = Pick<Schemas["CreateMessageRequest"], "tokens_used" | "cost_usd" | "created_at" | "name">;

export interface SaveOptions<UI extends UIMessage = UIMessage> {
  /** Creates the session if there is none, with these fields. Without it a missing session is an error, `session_not_found`. */
  create?: true | Omit<Schemas["CreateSessionRequest"], "session_id"> | undefined;
  /** Tokens and cost of a message, among others. */
  fields?: ((message: UI) => MessageFields) | undefined;
  /**
   * Whether messages are taken out of the conversation that the list ends before. By default they stay, so that an old list
   * that is saved late takes nothing back.
   */
  truncate?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

export interface SaveResult {
  /** The messages that were new. */
  saved: number;
  /** Where messages were taken out of the conversation: the branch that still has them. */
  previousBranchId?: number;
}

const mostTries = 10;
const mostAtOnce = 1_000;
// A request holds 16 MiB, and a character takes up to 3 bytes.
const mostCharacters = 5_000_000;

/**
 * Makes a list of UIMessages the conversation of a session. What the session has already is not written again. Where the list went on
 * in another way, because a message was edited or generated anew, the session goes on in a new branch from the last common message.
 */
export async function saveMessages<UI extends UIMessage>(
  client: SessionClient,
  sessionId: string,
  messages: readonly UI[],
  options: SaveOptions<UI> = {},
): Promise<SaveResult> {
  const save = new Save(client, sessionId, options as SaveOptions);
  const candidates = await Promise.all(messages.map(candidateOf));
  for (let tries = 1; ; tries++) {
    try {
      if (await save.bring(candidates)) return save.result;
    } catch (error) {
      // Somebody else wrote at the same time: what is there now decides.
      if (!isConflict(error) || tries >= mostTries) throw error;
    }

    if (tries >= mostTries) {
      throw new SessionServiceError(409, "history_changed", "Others write to the session at the same time.", { mayBeDone: true });
    }
  }
}

function isConflict(error: unknown): boolean {
  const conflicts = ["sequence_mismatch", "message_id_taken", "precondition_failed", "session_id_taken"];
  return error instanceof SessionServiceError && conflicts.includes(error.code);
}

class Save {
  readonly result: SaveResult = { saved: 0 };
  /** The messages that the session had when the save began, and those that it wrote. The caller can know of no others. */
  #known: number | undefined;
  readonly #call: { path: { session_id: string }; signal: AbortSignal | undefined };

  constructor(
    private readonly client: SessionClient,
    private readonly sessionId: string,
    private readonly options: SaveOptions,
  ) {
    this.#call = { path: { session_id: sessionId }, signal: options.signal };
  }

  /** One try. False where the session has changed on the way. */
  async bring(candidates: Candidate[]): Promise<boolean> {
    let { session, etag } = await this.#session();
    const known = (this.#known ??= session.message_count);
    const entries = toEntries(session.message_count === 0 ? [] : await this.#messages());
    const present = session.message_count > session.visible_messages ? await this.#withoutRemoved(candidates, entries) : candidates;
    const { kept, added, rest } = await align(this.sessionId, entries, present, (entry) => this.#reread(entry));
    const isReplaced = rest.some(({ stored: [first] }) => first.sequence <= known);
    if (added.length === 0 && !(isReplaced && this.options.truncate === true)) return true;

    if (isReplaced) {
      const rewound = await this.client.rewindSession({
        ...this.#call,
        body: { to_sequence: kept },
        headers: { "If-Match": etag },
      });
      session = rewound.session;
      this.result.previousBranchId = rewound.previous_branch_id;
    }

    if (added.length === 0) return true;
    const first = session.message_count + 1;
    await this.#append(added, first);
    // A branch that somebody else made since the reading would have taken the messages.
    const before = isReplaced ? kept : (entries.at(-1)?.stored.at(-1)?.sequence ?? 0);
    const { messages } = await this.client.listMessages({ ...this.#call, query: { after: Math.max(before - 1, 0), limit: 2 } });
    const [one, other] = messages.map(({ sequence }) => sequence);
    return before === 0 ? one === first : one === before && other === first;
  }

  async #session(): Promise<{ session: Session; etag: string }> {
    try {
      const { data, headers } = await this.client.request("getSession", this.#call);
      return { session: data!, etag: headers.get("ETag") ?? "" };
    } catch (error) {
      const { create } = this.options;
      if (create === undefined || !(error instanceof SessionServiceError) || error.code !== "session_not_found") throw error;
      await this.client.createSession({
        body: { ...(create === true ? {} : create), session_id: this.sessionId },
        signal: this.options.signal,
      });
      return await this.#session();
    }
  }

  async #messages(): Promise<Message[]> {
    const messages: Message[] = [];
    for await (const message of this.client.each("listMessages", { ...this.#call, query: { limit: 1_000 } })) messages.push(message);
    return messages;
  }

  /** The UIMessage with the bytes of its files; undefined where it has none. */
  async #reread({ stored }: Entry): Promise<UIMessage | undefined> {
    if (!stored.some(refersToFile)) return undefined;
    const whole: Message[] = [];
    for (const message of stored) whole.push(await withFiles(this.client, message, this.#call.signal));
    return toEntries(whole)[0]?.message;
  }

  /** Leaves out what was stored once, and has been redacted since and taken out of the conversation. */
  async #withoutRemoved(candidates: Candidate[], entries: Entry[]): Promise<Candidate[]> {
    const visible = new Set(entries.flatMap(({ stored }) => stored.map(({ sequence }) => sequence)));
    const removed: Message[] = [];
    for await (const message of this.client.each("listMessages", { ...this.#call, query: { after: 0, limit: 1_000, branch: "all" } })) {
      if (message.redacted_at != null && !visible.has(message.sequence)) removed.push(message);
    }

    const isRemoved = async (one: Candidate): Promise<boolean> => {
      const ids = await Promise.all(removed.map(async ({ sequence }) => await messageIdOf(this.sessionId, sequence, one)));
      return removed.some(({ message_id: id }, i) => id === ids[i] || id === one.message.id);
    };
    const are = await Promise.all(candidates.map(isRemoved));
    return candidates.filter((_, i) => !are[i]);
  }

  async #append(added: Candidate[], first: number): Promise<void> {
    const packings = added.map(() => new Packing());
    for (let from = 0; from < added.length; ) {
      const next = added.slice(from, from + mostAtOnce);
      const messages = await Promise.all(next.map((one, i) => this.#write(one, first + from + i, packings[from + i]!)));
      const taken = fitting(messages);
      try {
        await this.client.appendMessages({ ...this.#call, body: { messages: taken, expected_sequence: first + from } });
      } catch (error) {
        if (!notePackings(error, packings.slice(from))) throw error;
        continue;
      }

      this.result.saved += taken.length;
      from += taken.length;
      this.#known = first + from - 1;
    }
  }

  async #write(one: Candidate, sequence: number, packing: Packing): Promise<Schemas["CreateMessageRequest"]> {
    return {
      ...this.options.fields?.(one.message),
      ...toStored(one.message, packing),
      message_id: await messageIdOf(this.sessionId, sequence, one),
    };
  }
}

/** As many messages as one request holds, one at least. */
function fitting<T>(messages: T[]): T[] {
  let characters = 0;
  const over = messages.findIndex((message, i) => (characters += JSON.stringify(message).length) > mostCharacters && i > 0);
  return over < 0 ? messages : messages.slice(0, over);
}

/** Whether the service refuses only what can be packed. */
function notePackings(error: unknown, packings: Packing[]): boolean {
  if (!(error instanceof SessionServiceError) || error.code !== "validation_failed") return false;
  const fields = Object.keys(error.errors ?? {}).map((field) => /^messages\[(\d+)\]\.(content|metadata)(?:\[(\d+)\])?/.exec(field));
  return (
    fields.length > 0 &&
    fields.every((field) => field !== null && packings[Number(field[1])]!.add(field[2]!, field[3]))
  );
}
