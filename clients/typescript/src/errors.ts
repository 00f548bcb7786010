/** A problem document of the service, as far as this package looks into it. */
interface Problem {
  title?: string;
  detail?: string;
  code?: string;
  errors?: Record<string, string[]>;
  trace_id?: string;
}

/** An answer that is an error, or the lack of an answer. */
export class SessionServiceError extends Error {
  override readonly name = "SessionServiceError";
  /** The status of the answer; 0 where none came. */
  readonly status: number;
  /** The stable code of the problem. `connection_failed` and `timed_out` where no answer came. */
  readonly code: string;
  /** Of a validation error: the reasons for each field. */
  readonly errors: Readonly<Record<string, readonly string[]>> | undefined;
  /** Names the request in the log of the service. */
  readonly traceId: string | undefined;
  /**
   * Whether this attempt or an earlier one may have been carried out. A 404 for a removal, or a 412 for a change with `If-Match`,
   * may mean then that the change was made.
   */
  readonly mayBeDone: boolean;

  constructor(
    status: number,
    code: string,
    message: string,
    details: { errors?: Record<string, string[]> | undefined; traceId?: string | undefined; mayBeDone?: boolean; cause?: unknown } = {},
  ) {
    super(message, "cause" in details ? { cause: details.cause } : undefined);
    this.status = status;
    this.code = code;
    this.errors = details.errors;
    this.traceId = details.traceId;
    this.mayBeDone = details.mayBeDone ?? false;
  }
}

/** The code of an answer that is an error. Something other than the service may have written the answer. */
export function codeOf(answer: Response, body: unknown): string {
  return problemOf(body).code ?? `http_${answer.status}`;
}

export function errorOf(answer: Response, body: unknown, mayBeDone: boolean): SessionServiceError {
  const { title, detail, errors, trace_id } = problemOf(body);
  const reasons = Object.entries(errors ?? {}).map(([field, texts]) => `${field} ${texts.join(", ")}`);
  const message = [detail ?? title ?? `The answer has the status ${answer.status}.`, ...reasons].join(" ");
  return new SessionServiceError(answer.status, codeOf(answer, body), message, { errors, traceId: trace_id, mayBeDone });
}

function problemOf(body: unknown): Problem {
  return typeof body === "object" && body !== null ? body : {};
}
