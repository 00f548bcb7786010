using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace SessionService.Application.Messages.Parts;

/// <summary>What a string of a part that stands for bytes says: base64, an attachment, or a URL.</summary>
internal readonly ref struct PartSource
{
    public const string AttachmentMark = "attachment:";

    private const char FormMark = ';';
    private const int MaxHeadLength = 1024;

    private PartSource(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> rest, bool isDataUrl)
    {
        Prefix = prefix;
        Rest = rest;
        IsDataUrl = isDataUrl;
    }

    /// <summary>Of a data URL the text until its base64.</summary>
    public ReadOnlySpan<byte> Prefix { get; }

    /// <summary>What follows the prefix.</summary>
    public ReadOnlySpan<byte> Rest { get; }

    /// <summary>Whether it is a data URL with base64.</summary>
    public bool IsDataUrl { get; }

    /// <summary>Whether the bytes lie on the web or at another place that has an address.</summary>
    public bool IsUrl => !IsDataUrl
        && !IsAttachment
        && (Rest.StartsWith("data:"u8) || Rest[..Math.Min(32, Rest.Length)].IndexOf("://"u8) > 0);

    public bool IsAttachment => Rest.StartsWith("attachment:"u8);

    /// <summary>The media type of a data URL. Where only its parameters are given, it is a text (RFC 2397).</summary>
    public string? MediaType => IsDataUrl && Prefix["data:".Length..^";base64,".Length] is { Length: > 0 } type
        ? $"{(type[0] == (byte)';' ? "text/plain" : "")}{Encoding.UTF8.GetString(type)}"
        : null;

    /// <summary>The string's value in UTF-8. Empty for other JSON.</summary>
    public static ReadOnlySpan<byte> ValueOf(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.String)
        {
            return default;
        }

        var raw = JsonMarshal.GetRawUtf8Value(json)[1..^1];
        return raw.Contains((byte)'\\') ? Encoding.UTF8.GetBytes(PartText.Of(json) ?? "") : raw;
    }

    public static PartSource Of(ReadOnlySpan<byte> value)
    {
        var head = value[..Math.Min(MaxHeadLength, value.Length)];
        var comma = head.IndexOf((byte)',');
        return comma > 0 && Ascii.EqualsIgnoreCase(head[..Math.Min(5, comma)], "data:"u8)
            && comma >= 12 && Ascii.EqualsIgnoreCase(head[(comma - 7)..comma], ";base64"u8)
            ? new PartSource(value[..(comma + 1)], value[(comma + 1)..], isDataUrl: true)
            : new PartSource([], value, isDataUrl: false);
    }

    /// <summary>The attachment that stands in the base64's place, and the form of the base64 that stood there.</summary>
    public (Guid Id, Base64Form Form)? Attachment()
    {
        if (!IsAttachment || Rest.Length > 100)
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(Rest[AttachmentMark.Length..]);
        var (id, forms) = text.IndexOf(FormMark) is >= 0 and var at ? (text[..at], text[at..]) : (text, "");
        Base64Form? form = forms switch
        {
            "" => Base64Form.Usual,
            ";base64url" => Base64Form.UrlSafe,
            ";unpadded" => Base64Form.Unpadded,
            ";base64url;unpadded" => Base64Form.UrlSafe | Base64Form.Unpadded,
            _ => null,
        };
        return form is { } known && Guid.TryParseExact(id, "D", out var parsed) ? (parsed, known) : null;
    }

    /// <summary>What stands in a part in place of base64 of this form.</summary>
    public static string Reference(Guid id, Base64Form form) => string.Concat(
        AttachmentMark,
        id.ToString("D"),
        form.HasFlag(Base64Form.UrlSafe) ? ";base64url" : "",
        form.HasFlag(Base64Form.Unpadded) ? ";unpadded" : "");
}
