import type { UIMessage } from "ai";
import type { Schemas } from "../index.js";
import { isObject } from "./json.js";

type Json = Record<string, unknown>;
type Part = UIMessage["parts"][number];

/** The result of a call that stands in another message, or further down in the same one. */
export interface ToolResult {
  callId: string;
  output: unknown;
  isError: boolean;
}

/** What a part of any known shape is for a user interface. */
type Read = { part: Part } | { result: ToolResult };

/** The parts and results of a message that was not written by the AI SDK. */
export function readNative(message: Schemas["MessageResponse"], attachmentUrl: (attachmentId: string) => string): Read[] {
  const parts = (message.parts ?? []) as Json[];
  return parts.length === 0 ? [{ part: { type: "text", text: message.content } }] : parts.map((part) => readPart(part, attachmentUrl));
}

const texts = new Set(["text", "input_text", "output_text", "summary_text", "markdown", "refusal", "audio_transcription"]);
const thoughts = new Set(["reasoning", "thinking", "redacted_thinking", "reasoning_text", "text_reasoning", "think"]);
const calls = new Set([
  "tool_call", "function", "custom", "function_call", "custom_tool_call", "tool_use", "server_tool_use", "mcp_tool_use", "tool-call",
  "functionCall", "toolCall",
]);
const results = new Set([
  "tool_result", "function_call_output", "custom_tool_call_output", "tool-result", "tool-error", "functionResult", "toolResult",
  "functionResponse", "function_response", "function_result",
]);
const media: Record<string, string> = {
  image: "image/*", image_url: "image/*", input_image: "image/*", audio: "audio/*", input_audio: "audio/*", video: "video/*",
  file: "application/octet-stream", input_file: "application/octet-stream", document: "application/octet-stream",
  uri: "application/octet-stream", inlineData: "application/octet-stream", fileData: "application/octet-stream",
};

function readPart(part: Json, attachmentUrl: (attachmentId: string) => string): Read {
  const type = typeOf(part);
  if (isOfAiSdk(part, type)) return { part: part as Part };
  // Gemini puts what it says into a member that has the name of the type.
  const inner = isObject(part[type]) && part["type"] === undefined && part["$type"] === undefined ? part[type] : part;
  if (texts.has(type)) return { part: { type: "text", text: textOf(inner) } };
  if (thoughts.has(type)) return { part: readThought(inner, type) };
  if (calls.has(type)) return { part: readCall(inner) };
  if (results.has(type) || type.endsWith("_tool_result")) return { result: readResult(inner) };
  if (media[type] !== undefined) return { part: readFile(inner, media[type], attachmentUrl) };
  return { part: { type: `data-${type}`, data: part } };
}

function typeOf(part: Json): string {
  const isType = (name: string) => calls.has(name) || results.has(name) || texts.has(name) || name in media;
  return textAt(part, "type", "$type") ?? Object.keys(part).find(isType) ?? "unknown";
}

function isOfAiSdk(part: Json, type: string): boolean {
  const hasText = (...names: string[]) => names.every((name) => typeof part[name] === "string");
  const hasOnly = (...names: string[]) => Object.keys(part).every((name) => names.includes(name));
  if (type === "text") return hasText("text") && hasOnly("type", "text", "state", "providerMetadata");
  if (type === "reasoning") return hasText("text") && !("encrypted" in part);
  if (type === "file") return hasText("url", "mediaType");
  if (type === "dynamic-tool") return hasText("toolCallId", "toolName", "state");
  if (type.startsWith("tool-")) return hasText("toolCallId", "state");
  return type === "step-start" || type === "source-url" || type === "source-document" || (type.startsWith("data-") && "data" in part);
}

function readThought(part: Json, type: string): Part {
  if (type === "redacted_thinking") {
    return { type: "reasoning", text: "", providerMetadata: { anthropic: { redactedData: textAt(part, "data") ?? "" } } };
  }

  const signature = textAt(part, "signature");
  return {
    type: "reasoning",
    text: textOf(part),
    ...(signature === undefined ? {} : { providerMetadata: { anthropic: { signature } } }),
  };
}

function readCall(part: Json): Part {
  const named = [part["function"], part["custom"], part["tool_call"]].find(isObject) ?? part;
  return {
    type: "dynamic-tool",
    toolCallId: textAt(part, "call_id", "callId", "toolCallId", "id") ?? textAt(named, "id", "name") ?? "",
    toolName: textAt(named, "name", "toolName") ?? "unknown",
    state: "input-available",
    input: parsed(named["arguments"] ?? named["args"] ?? named["input"] ?? {}),
  };
}

function readResult(part: Json): ToolResult {
  const error = part["error"] ?? (part["is_error"] === true || part["isError"] === true ? (part["content"] ?? part["output"]) : undefined);
  const output = error ?? part["content"] ?? part["output"] ?? part["result"] ?? part["response"] ?? null;
  return {
    callId: textAt(part, "tool_call_id", "tool_use_id", "call_id", "callId", "toolCallId", "id", "name") ?? "",
    output: isObject(output) && "value" in output && "type" in output ? output["value"] : output,
    isError: error !== undefined,
  };
}

function readFile(part: Json, guess: string, attachmentUrl: (attachmentId: string) => string): Part {
  const sources = ["source", "image_url", "audio_url", "video_url", "input_audio", "file"].map((name) => part[name]).filter(isObject);
  const at = (...names: string[]) => [part, ...sources].map((one) => textAt(one, ...names)).find((found) => found !== undefined);
  const attachment = at("attachment_id");
  const link = at("url", "uri", "image_url", "file_url", "fileUri", "file_uri");
  const base64 = at("data", "base64", "file_data", "image");
  const format = at("format");
  const mediaType =
    at("media_type", "mediaType", "mimeType", "mime_type")
    ?? /^data:([^;,]+)/.exec(link ?? base64 ?? "")?.[1]
    ?? (format === undefined ? guess : guess.replace("*", format));
  const name = at("name", "filename", "file_name");
  return {
    type: "file",
    mediaType,
    ...(name === undefined ? {} : { filename: name }),
    url:
      attachment !== undefined ? attachmentUrl(attachment)
      : link ?? (base64 === undefined ? "" : base64.startsWith("data:") ? base64 : `data:${mediaType};base64,${base64}`),
  };
}

/** The tool part of a call whose result is known. */
export function answered(part: Part & { type: "dynamic-tool" }, { output, isError }: ToolResult): Part {
  const { type, toolCallId, toolName, input } = part;
  return isError
    ? { type, toolCallId, toolName, input, state: "output-error", errorText: typeof output === "string" ? output : JSON.stringify(output) }
    : { type, toolCallId, toolName, input, state: "output-available", output };
}

function textOf(part: Json): string {
  const found = textAt(part, "text", "thinking", "refusal", "think", "content");
  if (found !== undefined) return found;
  if (isObject(part["text"])) return textAt(part["text"], "value") ?? "";
  const blocks = [part["summary"], part["content"]].find(Array.isArray) as unknown[] | undefined;
  return (blocks ?? []).filter(isObject).map(textOf).join("\n");
}

function textAt(json: Json, ...names: string[]): string | undefined {
  return names.map((name) => json[name]).find((value): value is string => typeof value === "string");
}

function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
