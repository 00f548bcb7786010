using System.Collections.Frozen;
using System.Text.Json;
using SessionService.Application.Messages.Parts;
using SessionService.Domain.Messages;

namespace SessionService.Application.Conversations;

/// <summary>The types of items, as OpenAI's Responses and Conversations have them.</summary>
internal static class ItemTypes
{
    public const string Message = "message";
    public const string Reasoning = "reasoning";
    public const string FunctionCall = "function_call";
    public const string Reference = "item_reference";

    private const string OtherPrefix = "item";

    private static readonly FrozenDictionary<string, ItemType> Known = new Dictionary<string, ItemType>(StringComparer.Ordinal)
    {
        [Message] = new("msg", Strings: ["role"], Array: "content"),
        [FunctionCall] = new("fc", Strings: ["call_id", "name", "arguments"]),
        ["function_call_output"] = new("fco", Strings: ["call_id"], Given: "output"),
        ["custom_tool_call"] = new("ctc", Strings: ["call_id", "name", "input"]),
        ["custom_tool_call_output"] = new("ctco", Strings: ["call_id"], Given: "output"),
        [Reasoning] = new("rs", Strings: [], Array: "summary"),
        ["compaction"] = new("cmp", Strings: ["encrypted_content"]),
        ["web_search_call"] = new("ws", []),
        ["file_search_call"] = new("fs", []),
        ["computer_call"] = new("cu", []),
        ["computer_call_output"] = new("cuo", []),
        ["code_interpreter_call"] = new("ci", []),
        ["image_generation_call"] = new("ig", []),
        ["local_shell_call"] = new("lsh", []),
        ["local_shell_call_output"] = new("lsho", []),
        ["shell_call"] = new("sh", []),
        ["shell_call_output"] = new("sho", []),
        ["apply_patch_call"] = new("apc", []),
        ["apply_patch_call_output"] = new("apco", []),
        ["tool_search_call"] = new("tsc", []),
        ["tool_search_output"] = new("tso", []),
        ["mcp_list_tools"] = new("mcpl", []),
        ["mcp_approval_request"] = new("mcpr", []),
        ["mcp_approval_response"] = new("mcpa", []),
        ["mcp_call"] = new("mcp", []),
        ["additional_tools"] = new("at", []),
        ["program"] = new("prg", []),
        ["program_output"] = new("prgo", []),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The beginning of the ids of items of a type.</summary>
    public static string PrefixOf(string type) => Known.TryGetValue(type, out var known) ? known.Prefix : OtherPrefix;

    /// <summary>The type that an object gives itself; <see langword="null"/> where it gives none.</summary>
    public static string? TypeOf(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
            ? type.GetString()
            : null;

    /// <summary>Whether a part of a message is an item as it stands.</summary>
    public static bool IsItem(JsonElement part) => TypeOf(part) is { } type && Refuse(part, type) is null;

    /// <summary>Why an object is no item of its type. A type that nobody knows yet is taken, because the API gets new ones.</summary>
    /// <returns>The member at fault, and the reason.</returns>
    public static (string Member, string Reason)? Refuse(JsonElement item, string type)
    {
        if (!Known.TryGetValue(type, out var known))
        {
            return PartLookup.Find(item) is not null || type.Length == 0 ? ("type", "must be the type of an item") : null;
        }

        foreach (var name in known.Strings)
        {
            if (!item.TryGetProperty(name, out var text) || text.ValueKind != JsonValueKind.String)
            {
                return (name, "must be a string");
            }
        }

        if (known.Array is { } list && (!item.TryGetProperty(list, out var elements) || elements.ValueKind != JsonValueKind.Array))
        {
            return (list, "must be an array");
        }

        return known.Given is { } given
            && (!item.TryGetProperty(given, out var value)
                || value.ValueKind is not (JsonValueKind.String or JsonValueKind.Array or JsonValueKind.Object))
                ? (given, "must be a string or an array")
                : null;
    }

    /// <summary>Whether items of a type have a status in every answer.</summary>
    public static bool HasStatus(string type) =>
        type == Message || type.EndsWith("_call", StringComparison.Ordinal) || type.EndsWith("_output", StringComparison.Ordinal);

    /// <summary>Who speaks in an item that is no message.</summary>
    public static string RoleOf(string type) =>
        type.EndsWith("_output", StringComparison.Ordinal) ? MessageRoles.Tool
        : type == "mcp_approval_response" ? MessageRoles.User
        : type == "additional_tools" ? MessageRoles.Developer
        : MessageRoles.Assistant;

    /// <param name="Prefix">The beginning of the ids.</param>
    /// <param name="Strings">Members that must be strings.</param>
    /// <param name="Array">A member that must be an array.</param>
    /// <param name="Given">A member that must be there, in one of its forms.</param>
    private sealed record ItemType(string Prefix, string[] Strings, string? Array = null, string? Given = null);
}
