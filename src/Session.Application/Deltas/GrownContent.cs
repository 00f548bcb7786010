using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using SessionService.Application.Messages.Parts;

namespace SessionService.Application.Deltas;

/// <summary>What a message consists of that was opened with some content and has grown by deltas.</summary>
public static class GrownContent
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// The text and the parts. Texts that follow each other are one text. Where there are parts, the texts between them become parts too.
    /// </summary>
    public static (string Content, string? Parts) Of(string content, string? parts, IEnumerable<Delta> deltas)
    {
        var text = new StringBuilder(parts is null ? content : "");
        var whole = new StringBuilder();
        Add(parts);
        foreach (var delta in deltas)
        {
            text.Append(delta.Text);
            Add(delta.Parts);
        }

        if (whole.Length == 0)
        {
            return (text.ToString(), null);
        }

        AddText();
        var all = $"[{whole}]";
        return (MessageParts.Read(all).Text, all);

        void Add(string? array)
        {
            if (array is not null)
            {
                AddText();
                Append(array.Trim()[1..^1]);
            }
        }

        void AddText()
        {
            if (text.Length > 0)
            {
                Append($$"""{"type":"text","text":{{JsonSerializer.Serialize(text.ToString(), Relaxed)}}}""");
                text.Clear();
            }
        }

        void Append(string json) => whole.Append(whole.Length > 0 ? "," : "").Append(json);
    }
}
