import { randomUUID } from "node:crypto";
import { createSessionClient } from "@session-service/client";
import type { SessionClient, SessionClientOptions } from "@session-service/client";

const given = process.env["SESSION_SERVICE"];
if (!given) throw new Error("SESSION_SERVICE must be the address of a service.");

/** The address of a running service, or of a gateway before one. */
export const address: string = given;

export const newUser = () => `user-${randomUUID()}`;

/** A client of a user, who is new where no one is named. */
export function clientOf(options: Partial<SessionClientOptions> = {}): SessionClient {
  return createSessionClient({ baseURL: address, userId: newUser(), ...options });
}

export async function newSession(client: SessionClient): Promise<string> {
  return (await client.createSession({ body: {} })).session_id;
}
