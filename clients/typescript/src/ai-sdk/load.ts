import type { UIMessage } from "ai";
import type { Schemas, SessionClient } from "../index.js";
import { isObject } from "./json.js";
import { answered, readNative } from "./native.js";
import type { ToolResult } from "./native.js";
import { fromStored } from "./stored.js";

type Message = Schemas["MessageResponse"];

export interface LoadOptions {
  /** A branch of the session; the current one by default. */
  branch?: number | undefined;
  /**
   * The URL of an attachment that a message written otherwise refers to, `attachment:{id}` by default. Files that were saved with
   * data URLs come back with them.
   */
  attachmentUrl?: ((attachmentId: string) => string) | undefined;
  signal?: AbortSignal | undefined;
}

/** A UIMessage, and the messages of the session that it is made of. */
export interface Entry {
  message: UIMessage;
  stored: [Message, ...Message[]];
}

/** The messages of a session for `useChat` and `convertToModelMessages`: those of its current branch. */
export async function loadMessages<UI extends UIMessage = UIMessage>(
  client: SessionClient,
  sessionId: string,
  options: LoadOptions = {},
): Promise<UI[]> {
  const messages: Message[] = [];
  for await (const message of client.each("listMessages", {
    path: { session_id: sessionId },
    query: { limit: 1_000, attachments: "inline", ...(options.branch === undefined ? {} : { branch: `${options.branch}` }) },
    signal: options.signal,
  })) {
    // An answer has a limited number of bytes of files. What is left over comes alone.
    messages.push(refersToFile(message) ? await withFiles(client, message, options.signal) : message);
  }

  return toEntries(messages, options.attachmentUrl).map((entry) => entry.message as UI);
}

/** Whether references stand in place of the bytes of files. */
export function refersToFile({ parts }: Message): boolean {
  return parts != null && /attachment:[0-9a-f]{8}-/.test(JSON.stringify(parts));
}

/** The same message with the bytes of its files. */
export async function withFiles(client: SessionClient, { session_id, sequence }: Message, signal?: AbortSignal): Promise<Message> {
  return await client.getMessage({
    path: { session_id, sequence },
    query: { attachments: "inline" },
    signal,
  });
}

/** The UIMessages that messages are. Results of tools join the calls of the message before them. */
export function toEntries(messages: Message[], attachmentUrl = (id: string) => `attachment:${id}`): Entry[] {
  const entries: Entry[] = [];
  for (const message of messages) {
    const ours = fromStored(message);
    const read = ours === undefined ? readNative(message, attachmentUrl) : [];
    const last = entries.at(-1);
    if (ours === undefined && last !== undefined && read.every((one) => "result" in one && join(last.message, one.result))) {
      last.stored.push(message);
    } else {
      entries.push({ message: ours ?? toUIMessage(message, read), stored: [message] });
    }
  }

  return entries;
}

function toUIMessage(message: Message, read: ReturnType<typeof readNative>): UIMessage {
  const made: UIMessage = {
    id: message.message_id,
    role: message.role === "user" ? "user" : message.role === "system" || message.role === "developer" ? "system" : "assistant",
    ...(isObject(message.metadata) && Object.keys(message.metadata).length > 0 ? { metadata: message.metadata } : {}),
    parts: [],
  };
  for (const one of read) {
    if ("part" in one) {
      made.parts.push(one.part);
    } else if (!join(made, one.result)) {
      const { callId: toolCallId } = one.result;
      made.parts.push(answered({ type: "dynamic-tool", toolCallId, toolName: "unknown", state: "input-available", input: {} }, one.result));
    }
  }

  return made;
}

/** Gives a call its result. False where the message has no such call. */
function join(message: UIMessage, result: ToolResult): boolean {
  const { parts } = message;
  const at = parts.findIndex((part) => part.type === "dynamic-tool" && part.state === "input-available" && isCallOf(part, result));
  const call = parts[at];
  if (call?.type !== "dynamic-tool") return false;
  parts[at] = answered(call, result);
  return true;
}

// Gemini names the tool where others name the call.
function isCallOf(part: { toolCallId: string; toolName: string }, { callId }: ToolResult): boolean {
  return part.toolCallId === callId || part.toolName === callId;
}
