import type { AnyInput } from "./client.js";
import { operationOf } from "./operations.js";
import type { OperationId } from "./operations.js";
import type { Answer } from "./retries.js";

type Json = Record<string, unknown>;
type Query = Json;

/** Asks for page after page, and gives each answer with its items in the order of the walk. */
export async function* pagesOf(
  send: (id: OperationId, input: AnyInput) => Promise<Answer>,
  id: OperationId,
  input: AnyInput = {},
): AsyncGenerator<{ answer: Json; items: unknown[] }, void, undefined> {
  const { items: member, by } = operationOf(id).pages!;
  const isBackward = by === "position" && input.query?.["before"] !== undefined && input.query["after"] === undefined;
  let query: Query | undefined = { ...input.query };
  if (by === "position" && !isBackward) query["after"] ??= 0;
  while (query !== undefined) {
    const answer = (await send(id, { ...input, query })).body as Json;
    const items = answer[member] as Json[];
    yield { answer, items: isBackward ? items.toReversed() : items };
    query = by === "cursor" ? byCursor(query, answer) : by === "number" ? byNumber(query, answer, items) : byPosition(query, answer, items);
  }
}

function byCursor(query: Query, { next_cursor: cursor }: Json): Query | undefined {
  return typeof cursor === "string" ? { ...query, cursor } : undefined;
}

function byNumber(query: Query, { page, page_size: size, total }: Json, items: Json[]): Query | undefined {
  return items.length > 0 && Number(page) * Number(size) < Number(total) ? { ...query, page: Number(page) + 1 } : undefined;
}

function byPosition(query: Query, { has_more: hasMore, next_after: after, next_before: before }: Json, items: Json[]): Query | undefined {
  if (hasMore !== true) return undefined;
  return query["after"] === undefined
    ? { ...query, before: before ?? items[0]!["sequence"] }
    : { ...query, after: after ?? items.at(-1)!["sequence"] };
}
