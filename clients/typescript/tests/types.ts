import type { components, operations } from "../src/generated/schema.js";

// Compiled and never run: what a program writes with the types of openapi-typescript.
export const session: components["schemas"]["CreateSessionRequest"] = {
  title: "A conversation",
  metadata: { app: "ts", nested: { level: 2 } },
};

export const message: components["schemas"]["CreateMessageRequest"] = { role: "user", content: "Hello" };

export const filter: operations["listSessions"]["parameters"]["query"] = {
  status: ["active", "completed"],
  metadata: { "metadata.app": "ts" },
};

export function describe(answer: components["schemas"]["SessionResponse"]): string {
  const status: components["schemas"]["SessionStatus"] = answer.status;
  return `${answer.title ?? "untitled"}: ${status}, ${answer.message_count} messages, ${String(answer.metadata["app"])}`;
}
