import type { SessionClient } from "../index.js";

/**
 * The answer for the route with which `useChat` resumes (`resume: true`): the answer in progress of a session from its beginning, or
 * 204 where there is none.
 */
export async function resumeAnswer(client: SessionClient, sessionId: string, options: { signal?: AbortSignal | undefined } = {}): Promise<Response> {
  const answer = await client.streamAnswer({ path: { session_id: sessionId }, signal: options.signal });
  const headers = new Headers();
  // The others are of the connection to the service.
  for (const name of ["Content-Type", "Cache-Control", "X-Accel-Buffering", "x-vercel-ai-ui-message-stream"]) {
    const value = answer.headers.get(name);
    if (value !== null) headers.set(name, value);
  }

  return new Response(answer.body, { status: answer.status, headers });
}
