using static SessionService.Application.Messages.Parts.MediaKind;
using static SessionService.Application.Messages.Parts.PartRows;

namespace SessionService.Application.Messages.Parts;

/// <summary>
/// Every known type of parts: those of this service, and those of model APIs and frameworks. Everything that is derived from parts (text,
/// search, vectors, contexts, exports, token estimates) follows from this table; see <see cref="PartPath"/> for the paths. Of several
/// rows with a type the first that fits counts. A type that is not here is kept, and has no text.
/// </summary>
internal static class KnownParts
{
    // Of these parts, not of System.IO.
    private const MediaKind File = MediaKind.File;

    public static readonly KnownPart[] Rows =
    [
        // Said.
        Text("text | input_text | output_text | summary_text | markdown | audio_transcription", "text | text.value | content"),
        Text("message", content: "content"),
        Refusal("refusal", "refusal | text"),

        // Thought.
        Reasoning("reasoning", "text | reasoning | summary.text", "content.text"),
        Reasoning("thinking | reasoning_text | text_reasoning | think", "thinking | text | think"),
        Reasoning("redacted_thinking"),

        // Calls: id, tool, arguments. Some hold their result too.
        Call("tool_call", "tool_call.id", "tool_call.name | tool_call.function.name", "tool_call.args | tool_call.function.arguments",
            result: "tool_call.output | tool_call.function.output", when: "tool_call"),
        Call("tool_call", "id", "name", "arguments | args"),
        Call("function", "id", "function.name", "function.arguments"),
        Call("custom", "id", "custom.name", "custom.input"),
        Call("function_call | custom_tool_call", "call_id | id", "name", "arguments | input"),
        Call("tool_use | server_tool_use | mcp_tool_use", "id", "name", "input"),
        Call("tool-call", "toolCallId", "toolName", "input | args"),
        Call("functionCall | toolCall | mcpServerToolCall", "callId", "name | toolName", "arguments"),
        Call("dynamic-tool", "toolCallId", "toolName", "input | rawInput",
            result: "output | errorText", failed: "errorText", done: "state=output-available"),
        Call("tool-invocation", "toolInvocation.toolCallId", "toolInvocation.toolName", "toolInvocation.args",
            result: "toolInvocation.result", done: "toolInvocation.state=result"),
        Call("computer_call", "call_id | id", "'computer", "action | actions"),
        Call("local_shell_call", "call_id | id", "'local_shell", "action"),
        Call("shell_call", "call_id | id", "'shell", "action"),
        Call("apply_patch_call", "call_id | id", "'apply_patch", "operation"),
        Call("tool_search_call", "call_id | id", "'tool_search", "arguments"),
        Call("web_search_call", "id", "'web_search", "action"),
        Call("file_search_call", "id", "'file_search", "queries", result: "results"),
        Call("code_interpreter_call", "id", "'code_interpreter", "code", result: "outputs"),
        Call("mcp_call", "id", "name", "arguments", result: "output | error", failed: "error"),
        Call("codeInterpreterToolCall", "callId", "'code_interpreter", "inputs"),
        Call("webSearchToolCall", "callId", "'web_search", "queries"),

        // Results: id of the call, content.
        Result("tool_result", "tool_call_id | tool_use_id", "content", failed: "is_error"),
        Result("function_call_output | custom_tool_call_output | computer_call_output | local_shell_call_output | shell_call_output",
            "call_id | id", "output"),
        Result("apply_patch_call_output", "call_id | id", "output", failed: "status=failed"),
        Result("tool_search_output", "call_id | id", "tools"),
        Result("tool-result", "toolCallId", "output.value | output.reason | output | result",
            failed: "isError | output.type=error-text | output.type=error-json | output.type=execution-denied"),
        Result("tool-error", "toolCallId", "error", failed: "error"),
        Result("functionResult | toolResult | mcpServerToolResult | codeInterpreterToolResult | webSearchToolResult | function_result",
            "callId | call_id", "result | output | outputs | results"),

        // Pictures, sounds, videos, files: URL, base64.
        Media("document", File, text: "source.data", when: "source.type=text"),
        Media("document", File, content: "source.content", when: "source.type=content"),
        Media("image", Image, "url | source.url | image_url.url | image_url", "data | base64 | source.data | image"),
        Media("audio", Audio, "url", "data | base64 | source.data"),
        Media("video", Video, "url", "data | base64 | source.data"),
        Media("file | document | media", File, "url | source.url | file_url | file.file_url",
            "data | base64 | source.data | file.file_data"),
        Media("image_url | input_image | computer_screenshot", Image, "image_url.url | image_url"),
        Media("audio_url", Audio, "audio_url.url | audio_url"),
        Media("video_url | input_video", Video, "video_url.url | video_url"),
        Media("input_audio", Audio, base64: "input_audio.data | data", format: "input_audio.format | format"),
        Media("input_file", File, "file_url", "file_data"),
        Media("image_generation_call", Image, base64: "result", format: "output_format"),
        Media("data", File, "uri", when: "uri"),
        Media("uri | resource_link", File, "uri"),
        Media("resource", File, base64: "resource.blob", text: "resource.text"),
        Media("file-data | image-data", File, base64: "data"),
        Media("file-url | image-url", File, "url"),
        Media("image_asset_pointer", Image),
        Media("hostedFile | hosted_file | file-id | image-file-id", File),

        // What stands in the results of tools that the model's API runs.
        Text("logs", "logs"),
        Text("code_execution_result | bash_code_execution_result", "stdout", "stderr"),
        Text("text_editor_code_execution_view_result", "content"),
        Text("web_search_result", "title", "url"),
        Text("web_fetch_result", content: "content"),
        Text("search_result", "title", content: "content"),

        // Ollama's calls have no type.
        Call("function", "id", "function.name", "function.arguments", when: "function.name").Keyed(isWhole: true),

        // Gemini: a member tells the part.
        Reasoning("text", "text", when: "thought=true | isThought=true").Keyed(),
        Text("text", "text").Keyed(),
        Call("functionCall | function_call", "id", "name", "args").Keyed(),
        Result("functionResponse | function_response", "id", "response", failed: "response.error", more: "parts").Keyed(),
        Media("inlineData | inline_data | inlineImage | inlineAudio | inlineVideo | inlineFile", File, base64: "data").Keyed(),
        Media("fileData | file_data", File, "fileUri | file_uri").Keyed(),
        Call("executableCode | executable_code", "id", "'code_execution", ".").Keyed(),
        Result("codeExecutionResult | code_execution_result", "id", "output",
            failed: "outcome=OUTCOME_FAILED | outcome=OUTCOME_DEADLINE_EXCEEDED", tool: "'code_execution").Keyed(),
        Reasoning("thoughtSignature | thought_signature").Keyed(),

        // By the beginning or the end of their type: the parts of AI SDK user interfaces, and Anthropic's own tools.
        Call("tool-*", "toolCallId", "'*", "input | rawInput",
            result: "output | errorText", failed: "errorText", done: "state=output-available", when: "toolCallId"),
        Result("*_tool_result", "tool_use_id", "content", failed: "is_error | content.error_code"),

        // Neither said nor done.
        Mark("step-start | start-step | finish-step | usage"),
        Other("data | data-* | source-url | source-document | error | item_reference | compaction | mcp_list_tools"),
        Other("mcp_approval_request | mcp_approval_response | tool-approval-request | tool-approval-response"),
    ];
}
