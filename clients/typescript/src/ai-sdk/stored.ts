import type { UIMessage } from "ai";
import type { Schemas } from "../index.js";
import { asJson, depthOf, isObject, isPacked, pack, unpack } from "./json.js";

type Parts = UIMessage["parts"];

/** In the metadata of a stored message: what its role and its parts do not tell of the UIMessage. */
interface Mark {
  id: string;
  /** Metadata that is no object, or could not be told from no metadata. */
  metadata?: unknown;
  /** Members that UIMessage does not have. */
  more?: Record<string, unknown>;
}

const markName = "ui_message";
// The service takes 64 levels, those of the request among them.
const mostLevels = 50;

/** What the service does not take as it is, and gets packed. */
export class Packing {
  readonly parts = new Set<number>();
  hasAllParts = false;
  hasMetadata = false;

  /** Notes that the service has refused something. False where that is packed already. */
  add(member: string, index: string | undefined): boolean {
    const before = this.parts.size + Number(this.hasAllParts) + Number(this.hasMetadata);
    if (member === "metadata") this.hasMetadata = true;
    else if (index === undefined) this.hasAllParts = true;
    else this.parts.add(Number(index));
    return this.parts.size + Number(this.hasAllParts) + Number(this.hasMetadata) > before;
  }
}

/** The message of the service that holds a UIMessage. */
export function toStored(message: UIMessage, packing: Packing): Pick<Schemas["CreateMessageRequest"], "role" | "content" | "metadata"> {
  const { id, role, parts, metadata, ...more } = asJson(message);
  const isInParts = packing.hasMetadata || depthOf(metadata) > mostLevels;
  const isPlain = !isInParts && isObject(metadata) && Object.keys(metadata).length > 0 && !(markName in metadata);
  const mark: Mark = {
    id,
    ...(metadata === undefined || isPlain ? {} : { metadata }),
    ...(Object.keys(more).length === 0 ? {} : { more }),
  };
  const content = packing.hasAllParts
    ? [{ type: "data", ui_parts: pack(parts) }]
    : parts.map((part, i) => (packing.parts.has(i) || depthOf(part) > mostLevels ? { type: "data", ui_part: pack(part) } : part));
  // A message of the service has a part at least.
  if (isInParts || content.length === 0) content.push({ type: "data", ui_message: pack(mark) } as never);
  return { role, content, metadata: { ...(isPlain ? metadata : {}), [markName]: isInParts ? {} : mark } };
}

/** The UIMessage that a message holds, or undefined where the message was written otherwise. */
export function fromStored({ message_id: messageId, role, parts, metadata }: Schemas["MessageResponse"]): UIMessage | undefined {
  const { [markName]: given, ...rest } = metadata;
  if (!isObject(given) || !Array.isArray(parts)) return undefined;

  const all = parts as Record<string, unknown>[];
  const last = all.at(-1)?.[markName];
  const isMarked = typeof last === "string";
  const mark = (isPacked(last) ? unpack(last) : given) as Partial<Mark>;
  const own = isMarked ? all.slice(0, -1) : all;
  return {
    // A message without an id gets the one that it has here.
    id: mark.id === undefined || mark.id === "" ? messageId : mark.id,
    role: role as UIMessage["role"],
    ...("metadata" in mark ? { metadata: mark.metadata } : Object.keys(rest).length > 0 ? { metadata: rest } : {}),
    ...mark.more,
    parts: (isPacked(own[0]?.["ui_parts"])
      ? unpack(own[0]["ui_parts"])
      : own.map((part) => (isPacked(part["ui_part"]) ? unpack(part["ui_part"]) : part))) as Parts,
  };
}
