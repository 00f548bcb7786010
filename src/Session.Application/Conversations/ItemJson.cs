using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using SessionService.Application.Json;
using SessionService.Domain.Messages;

namespace SessionService.Application.Conversations;

/// <summary>Writes items: as they are stored, and as that API answers them.</summary>
internal static class ItemJson
{
    private static readonly JsonWriterOptions Unescaped = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>The item as it is stored: as it came, but that a message has its type, and parts in place of a text.</summary>
    public static string ToStore(JsonElement item, string type) => Write(writer =>
    {
        if (type == ItemTypes.Message)
        {
            writer.WriteString("type", type);
        }

        foreach (var member in item.EnumerateObject())
        {
            if (type != ItemTypes.Message)
            {
                Copy(writer, member);
            }
            else if (member.NameEquals("content") && member.Value.ValueKind == JsonValueKind.String)
            {
                WriteText(writer, member.Value, IsAssistant(item) ? "output_text" : "input_text");
            }
            else if (!member.NameEquals("type"))
            {
                Copy(writer, member);
            }
        }
    });

    /// <summary>The item as it is answered: with its id, and with the members that every answer has.</summary>
    /// <param name="item">A stored item.</param>
    /// <param name="id">Its id.</param>
    /// <param name="status">The status of its message.</param>
    public static JsonText ToAnswer(JsonElement item, string id, string status) => new(Write(writer =>
    {
        var type = ItemTypes.TypeOf(item)!;
        var hasStatus = false;
        writer.WriteString("id", id);
        foreach (var member in item.EnumerateObject())
        {
            if (member.NameEquals("id"))
            {
                continue;
            }

            if (member.NameEquals("status"))
            {
                hasStatus = true;
                if (IsOfMessages(member.Value))
                {
                    // The message may have been completed since.
                    writer.WriteString("status", status);
                    continue;
                }
            }

            if (type == ItemTypes.Message && member.NameEquals("content") && member.Value.ValueKind == JsonValueKind.Array)
            {
                WriteContent(writer, member.Value);
            }
            else if (type == ItemTypes.Message && member.NameEquals("role") && member.Value.ValueEquals(MessageRoles.Developer))
            {
                // The JavaScript SDK for agents reads no message of a developer.
                writer.WriteString("role", MessageRoles.System);
            }
            else
            {
                Copy(writer, member);
            }
        }

        if (!hasStatus && ItemTypes.HasStatus(type))
        {
            writer.WriteString("status", status);
        }
    }));

    private static string Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Unescaped))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteContent(Utf8JsonWriter writer, JsonElement content)
    {
        writer.WriteStartArray("content");
        foreach (var block in content.EnumerateArray())
        {
            if (block.ValueKind != JsonValueKind.Object)
            {
                Raw(writer, block);
                continue;
            }

            writer.WriteStartObject();
            foreach (var member in block.EnumerateObject())
            {
                Copy(writer, member);
            }

            switch (ItemTypes.TypeOf(block))
            {
                case "output_text":
                    AddEmptyArray(writer, block, "annotations");
                    AddEmptyArray(writer, block, "logprobs");
                    break;

                case "input_image" when !block.TryGetProperty("detail", out _):
                    writer.WriteString("detail", "auto");
                    break;
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void AddEmptyArray(Utf8JsonWriter writer, JsonElement block, string name)
    {
        if (!block.TryGetProperty(name, out _))
        {
            writer.WriteStartArray(name);
            writer.WriteEndArray();
        }
    }

    private static void WriteText(Utf8JsonWriter writer, JsonElement text, string type)
    {
        writer.WriteStartArray("content");
        writer.WriteStartObject();
        writer.WriteString("type", type);
        writer.WritePropertyName("text");
        Raw(writer, text);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static bool IsAssistant(JsonElement item) =>
        item.TryGetProperty("role", out var role) && role.ValueKind == JsonValueKind.String && role.ValueEquals(MessageRoles.Assistant);

    private static bool IsOfMessages(JsonElement status) =>
        status.ValueKind == JsonValueKind.Null
        || (status.ValueKind == JsonValueKind.String && MessageStatuses.IsKnown(status.GetString()!));

    private static void Copy(Utf8JsonWriter writer, JsonProperty member)
    {
        writer.WritePropertyName(member.Name);
        Raw(writer, member.Value);
    }

    private static void Raw(Utf8JsonWriter writer, JsonElement value) =>
        writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);
}
