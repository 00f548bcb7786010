/** An item of the Agents SDK, as far as this package looks into it. */
export interface Item {
  type?: string;
  role?: string;
  [member: string]: unknown;
}

/** A message of the service, as far as this package looks into it. */
export interface Message {
  sequence: number;
  role: string;
  content: string;
  parts?: Item[];
  metadata?: { agents_type?: string };
}

// Part types that the service knows, with the member in which it looks for the id of a call.
const stored: Record<string, string> = { function_call: "function_call", function_call_result: "function_call_output" };

/** The message that holds an item as its one part. Calls and results get the names by which the service knows them. */
export function toMessage(item: Item): object {
  const type = item.type ?? "message";
  const known = stored[type];
  const part = known === undefined ? { ...item, type } : { ...item, type: known, call_id: item["callId"] };
  return {
    role: type === "message" ? (item.role ?? "user") : type === "function_call_result" ? "tool" : "assistant",
    content: [part],
    // What the part alone does not tell: whether the item had a type, and which.
    metadata: { agents_type: item.type ?? "" },
  };
}

/** The item that a message holds, or one made of the text of a message that was written otherwise. */
export function toItem(message: Message): Item {
  const type = message.metadata?.agents_type;
  const [part] = message.parts ?? [];
  if (type !== undefined && part !== undefined) {
    const { type: _, ...members } = part;
    if (stored[type] !== undefined) delete members["call_id"];
    return type === "" ? members : { ...members, type };
  }

  const role = message.role === "assistant" || message.role === "system" ? message.role : message.role === "developer" ? "system" : "user";
  return role === "assistant"
    ? { type: "message", role, status: "completed", content: [{ type: "output_text", text: message.content }] }
    : { type: "message", role, content: message.content };
}

/** Whether two items say the same, whatever the order of their members. */
export function areSame(one: unknown, other: unknown): boolean {
  return normal(one) === normal(other);
}

function normal(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
