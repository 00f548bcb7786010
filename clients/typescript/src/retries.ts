import { codeOf, errorOf, SessionServiceError } from "./errors.js";
import type { CallOptions, RetryOptions } from "./operations.js";

/** What came back: the answer, and its JSON. */
export interface Answer {
  response: Response;
  body: unknown;
}

interface Rules {
  /** Whether a request may be sent again when nobody knows whether it was carried out. */
  isRepeatable: boolean;
  /** Whether the request can be sent again at all. */
  isReplayable: boolean;
  /** Whether body and answer may take as long as they need. */
  isFile: boolean;
}

const firstWait = 100;
const longestWait = 5_000;
const defaults = { attempts: 8, attemptTime: 60_000, totalTime: 120_000 };

// The service has written nothing when it answers so.
const nothingDone = new Set(["rate_limit_exceeded", "database_unavailable", "overloaded", "issuer_unavailable", "service_unavailable"]);

// The request has not left this machine.
const neverSent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);

/**
 * Makes attempts until an answer tells what became of the request. Attempts after an unknown outcome are made only if the request
 * may be repeated: then the service carries it out once.
 */
export async function withRetries(
  attempt: (signal: AbortSignal) => Promise<Answer>,
  rules: Rules,
  options: CallOptions,
  ofClient: RetryOptions,
): Promise<Answer> {
  const limits = { ...defaults, ...ofClient, ...options.retry };
  const end = performance.now() + limits.totalTime;
  let mayBeDone = false;
  for (let made = 1; ; made++) {
    options.signal?.throwIfAborted();
    const time = rules.isFile ? (options.retry ?? ofClient).attemptTime : Math.min(limits.attemptTime, end - performance.now());
    const outcome = await outcomeOf(attempt, time, options.signal);
    if (outcome.kind === "answer") return outcome.answer;

    mayBeDone ||= outcome.retry === "ifRepeatable";
    const wait = waitBefore(made, outcome.kind === "refusal" ? outcome.answer.response : undefined);
    const isAllowed = rules.isReplayable && (outcome.retry === "always" || (outcome.retry === "ifRepeatable" && rules.isRepeatable));
    if (!isAllowed || made >= limits.attempts || performance.now() + wait >= end) {
      throw outcome.kind === "refusal"
        ? errorOf(outcome.answer.response, outcome.answer.body, mayBeDone)
        : new SessionServiceError(0, outcome.code, outcome.message, { cause: outcome.cause, mayBeDone });
    }

    await pause(wait, options.signal);
  }
}

type Retry = "never" | "always" | "ifRepeatable";
type Outcome =
  | { kind: "answer"; answer: Answer }
  | { kind: "refusal"; answer: Answer; retry: Retry }
  | { kind: "none"; code: string; message: string; cause: unknown; retry: Retry };

async function outcomeOf(
  attempt: (signal: AbortSignal) => Promise<Answer>,
  time: number | undefined,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  const controller = new AbortController();
  const abort = () => controller.abort(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  let isLate = false;
  const late = () => {
    isLate = true;
    controller.abort();
  };
  const timer = time === undefined ? undefined : setTimeout(late, time);
  let isOpen = false;
  try {
    const answer = await attempt(controller.signal);
    const { ok, status, body, bodyUsed } = answer.response;
    // The caller reads a file later, and their signal ends the reading, too.
    isOpen = ok && body !== null && !bodyUsed;
    return ok || status === 304 ? { kind: "answer", answer } : { kind: "refusal", answer, retry: retryOf(answer) };
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof InvalidRequest) throw cause.reason;
    if (isLate) return { kind: "none", code: "timed_out", message: "No answer came in time.", cause, retry: "ifRepeatable" };
    const reason = (cause as { cause?: { code?: string } } | undefined)?.cause?.code;
    const retry = reason !== undefined && neverSent.has(reason) ? "always" : "ifRepeatable";
    return { kind: "none", code: "connection_failed", message: "The connection failed before the answer was there.", cause, retry };
  } finally {
    clearTimeout(timer);
    if (!isOpen) signal?.removeEventListener("abort", abort);
  }
}

/** Thrown by an attempt that is not sent. */
export class InvalidRequest {
  constructor(readonly reason: unknown) {}
}

function retryOf({ response, body }: Answer): Retry {
  switch (response.status) {
    case 429:
      return "always";
    case 503:
      return nothingDone.has(codeOf(response, body)) ? "always" : "ifRepeatable";
    case 408:
    case 502:
    case 504:
      return "ifRepeatable";
    default:
      return "never";
  }
}

/** Milliseconds until the next attempt: what the service asks for, and more by chance so that not all callers come at once. */
function waitBefore(made: number, response: Response | undefined): number {
  const text = response?.headers.get("Retry-After") ?? "";
  const asked = /^\d+$/.test(text) ? Number(text) * 1_000 : (Date.parse(text) || 0) - Date.now();
  return Math.max(asked, 0) + backoff(made);
}

/** Milliseconds to wait after so many failures. */
export function backoff(failures: number): number {
  return Math.min(firstWait * 2 ** (failures - 1), longestWait) * (0.5 + Math.random() / 2);
}

export function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
