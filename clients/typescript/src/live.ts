import type { AnyInput } from "./client.js";
import { SessionServiceError } from "./errors.js";
import type { components } from "./generated/schema.js";
import { backoff, pause } from "./retries.js";
import type { Answer } from "./retries.js";

type Schemas = components["schemas"];

interface Told<Name extends string, Data> {
  event: Name;
  data: Data;
  /** Where to go on: given as `after`, what happens after this event is told. Missing where nothing more happens. */
  id: string | undefined;
}

/** What has happened. An event that a newer service tells is `other`, with its own name beside it. */
export type LiveEvent =
  | Told<"message", Schemas["MessageResponse"]>
  | Told<"delta", Schemas["DeltaEvent"]>
  | Told<"session", Schemas["SessionResponse"]>
  | Told<"snapshot", Schemas["SnapshotEvent"]>
  | Told<"deleted", Schemas["DeletedEvent"]>
  | (Told<"other", unknown> & { name: string });

const known = new Set(["message", "delta", "session", "snapshot", "deleted"]);

// The service says something every 15 seconds.
const longestSilence = 60_000;

/** The events of a stream, which is opened again where it breaks off. */
export async function* follow(open: (input: AnyInput) => Promise<Answer>, input: AnyInput): AsyncGenerator<LiveEvent, void, undefined> {
  // Of a stream of one session, which ends with the session.
  const session = input.path?.["session_id"] as string | undefined;
  let last: string | undefined;
  let failures = 0;
  for (let isFirst = true; ; isFirst = false) {
    let answer: Answer;
    try {
      answer = await open(last === undefined ? input : { ...input, headers: { ...input.headers, "Last-Event-ID": last } });
    } catch (error) {
      const isGone = !isFirst && session !== undefined && error instanceof SessionServiceError && error.code === "session_not_found";
      if (!isGone) throw error;
      yield { event: "deleted", data: { session_id: session }, id: undefined };
      return;
    }

    for await (const told of eventsOf(answer.response, input.signal)) {
      yield told;
      if (told.event === "deleted" && session !== undefined) return;
      last = told.id ?? last;
      failures = 0;
    }

    await pause(backoff(++failures), input.signal);
  }
}

/** The whole events that an answer has until it ends or breaks off. */
async function* eventsOf(response: Response, signal: AbortSignal | undefined): AsyncGenerator<LiveEvent, void, undefined> {
  if (response.body === null || !response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
    throw new TypeError("The answer is not a stream of events.");
  }

  let id: string | undefined;
  let name = "";
  let data: string[] = [];
  for await (const line of linesOf(response.body.getReader(), signal)) {
    if (line === "") {
      if (data.length > 0) yield eventOf(name || "message", data.join("\n"), id);
      name = "";
      data = [];
      continue;
    }

    // A line that begins with the colon is a comment.
    const [, field, value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line)!;
    if (field === "id") id = value;
    else if (field === "event") name = value;
    else if (field === "data") data.push(value);
  }
}

function eventOf(name: string, text: string, id: string | undefined): LiveEvent {
  const data: unknown = JSON.parse(text);
  return (known.has(name) ? { event: name, data, id } : { event: "other", name, data, id }) as LiveEvent;
}

/** The whole lines of a body until it ends, breaks off or falls silent. The service ends lines with a line feed. */
async function* linesOf(reader: ReadableStreamDefaultReader<Uint8Array>, signal: AbortSignal | undefined): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const bytes = await nextOf(reader, signal);
      if (bytes === undefined) return;
      const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
      rest = lines.pop()!;
      for (const line of lines) yield line.replace(/\r$/, "");
    }
  } finally {
    // Also where the caller has stopped: the connection closes.
    void reader.cancel().catch(() => undefined);
  }
}

async function nextOf(reader: ReadableStreamDefaultReader<Uint8Array>, signal: AbortSignal | undefined): Promise<Uint8Array | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const silence = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), longestSilence);
    });
    return (await Promise.race([reader.read(), silence]))?.value;
  } catch {
    signal?.throwIfAborted();
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
