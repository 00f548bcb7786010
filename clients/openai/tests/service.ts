import { randomUUID } from "node:crypto";
import OpenAI from "openai";

/** The address of a running service, or of a gateway before one. */
const address = process.env["SESSION_SERVICE"];
if (!address) {
  throw new Error("SESSION_SERVICE must be the address of a service.");
}

export const api = `${address}/api/v1`;

/** OpenAI's client of a user, who is new where no one is named. */
export function clientOf(user: string = `user-${randomUUID()}`): OpenAI {
  return new OpenAI({ baseURL: `${address}/v1`, apiKey: "unused", maxRetries: 0, defaultHeaders: { "X-User-Id": user } });
}

/** Asks the service's own API. */
export async function ask(user: string, method: string, path: string, body?: unknown): Promise<any> {
  const answer = await fetch(`${api}${path}`, {
    method,
    headers: { "X-User-Id": user, "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return await answer.json();
}

/** The session that a conversation is. */
export function sessionOf(conversation: string): string {
  return conversation.replace("conv_", "").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
