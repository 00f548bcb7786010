using System.Text.Encodings.Web;
using System.Text.Json;
using SessionService.Application.Json;

namespace SessionService.Application.Deltas;

/// <summary>A piece of a message in progress: a text or parts, one of the two.</summary>
/// <param name="Index">0, 1, 2 … within the message.</param>
/// <param name="Text">A piece of text.</param>
/// <param name="Parts">A JSON array of parts.</param>
public sealed record Delta(int Index, string? Text, string? Parts)
{
    // What a part takes around a text that stands between other parts.
    private const int PartBytes = 32;

    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 2 * JsonLimits.MaxDepth };

    /// <summary>About what the delta takes in the parts of a message.</summary>
    public int Bytes => Parts is null
        ? JsonEncodedText.Encode(Text!, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.Length
        : System.Text.Encoding.UTF8.GetByteCount(Parts) + PartBytes;

    /// <summary>The most parts that the delta adds: its own, and the text before them.</summary>
    public int PartCount()
    {
        if (Parts is null)
        {
            return 0;
        }

        using var document = JsonDocument.Parse(Parts, Deep);
        return document.RootElement.GetArrayLength() + 1;
    }

    /// <summary>Whether another delta of the same index says the same.</summary>
    public bool IsSameAs(Delta other)
    {
        if (Text != other.Text || Parts is null || other.Parts is null)
        {
            return Text == other.Text && Parts == other.Parts;
        }

        using var one = JsonDocument.Parse(Parts, Deep);
        using var another = JsonDocument.Parse(other.Parts, Deep);
        return JsonElement.DeepEquals(one.RootElement, another.RootElement);
    }
}
