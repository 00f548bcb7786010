/** JSON as a text that does not depend on the order of members. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  );
}

/** A value as it comes back from JSON, without members that are undefined. */
export function asJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Object.values(value).reduce<number>((most, one) => Math.max(most, depthOf(one)), 0);
}

export async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

const prefix = "data:application/json;base64,";

/** A value as a text that the service stores whatever the value holds: U+0000, half characters, any depth and size. */
export function pack(value: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  let binary = "";
  for (let from = 0; from < bytes.length; from += 0x8000) binary += String.fromCharCode(...bytes.subarray(from, from + 0x8000));
  return prefix + btoa(binary);
}

export function unpack(text: string): unknown {
  const bytes = Uint8Array.from(atob(text.slice(prefix.length)), (character) => character.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** Whether a value is such a text, with its bytes in it: a reference may stand in their place. */
export function isPacked(value: unknown): value is string {
  return typeof value === "string" && value.startsWith(prefix) && !value.startsWith("attachment:", prefix.length);
}
