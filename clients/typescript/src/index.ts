import type { components } from "./generated/schema.js";

/** The types of the OpenAPI document: `Schemas["SessionResponse"]`. */
export type Schemas = components["schemas"];

export { createSessionClient } from "./client.js";
export type { FullAnswer, SessionClient, SessionClientOptions } from "./client.js";
export { SessionServiceError } from "./errors.js";
export type { LiveEvent } from "./live.js";
export type { CallOptions, FollowId, Input, Item, OperationId, Output, PagedId, RetryOptions } from "./operations.js";
