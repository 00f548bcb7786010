import { canonical, asJson, sha256 } from "./json.js";
import type { Entry } from "./load.js";
import type { UIMessage } from "ai";

/** A UIMessage that is to be saved, with what tells it from others. */
export interface Candidate {
  message: UIMessage;
  hash: string;
}

export async function candidateOf(message: UIMessage): Promise<Candidate> {
  return { message, hash: await hashOf(message) };
}

async function hashOf(message: UIMessage): Promise<string> {
  return hex(await sha256(canonical(asJson(message))));
}

/**
 * The id of the message that holds a UIMessage at a place of a session. It tells later whether the message there is this one, also
 * after a redaction.
 */
export async function messageIdOf(sessionId: string, sequence: number, { hash }: Candidate): Promise<string> {
  const bytes = (await sha256(`${sessionId.toLowerCase()}/${sequence}/${hash}`)).slice(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** How far the conversation of a session and a list agree. */
export interface Alignment {
  /** The last message of the session that stays; 0 where none does. */
  kept: number;
  /** What the list has beyond that. */
  added: Candidate[];
  /** What the session has beyond that. */
  rest: Entry[];
}

/** Walks along both. A message that only the session has, before one that both have, was written by somebody else and stays. */
export async function align(
  sessionId: string,
  entries: Entry[],
  candidates: Candidate[],
  reread: (entry: Entry) => Promise<UIMessage | undefined>,
): Promise<Alignment> {
  const hashes = await Promise.all(entries.map((entry) => hashOf(entry.message)));
  const areSame = async (entry: number, candidate: number): Promise<boolean> => {
    const one = entries[entry]!;
    const other = candidates[candidate]!;
    const [first] = one.stored;
    if (hashes[entry] === other.hash || first.message_id === (await messageIdOf(sessionId, first.sequence, other))) return true;
    if (one.message.id !== other.message.id && one.message.id !== first.message_id) return false;
    const whole = await reread(one);
    if (whole !== undefined) hashes[entry] = await hashOf(whole);
    return hashes[entry] === other.hash;
  };
  const findEntry = async (from: number, candidate: number): Promise<number> => {
    for (let at = from; at < entries.length; at++) if (await areSame(at, candidate)) return at;
    return -1;
  };

  let kept = 0;
  let entry = 0;
  let candidate = 0;
  while (entry < entries.length && candidate < candidates.length) {
    const found = await findEntry(entry, candidate);
    if (found < 0) break;
    kept = entries[found]!.stored.at(-1)!.sequence;
    entry = found + 1;
    candidate++;
  }

  return { kept, added: candidates.slice(candidate), rest: entries.slice(entry) };
}
