using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace SessionService.Application.Attachments;

/// <summary>The media types of attachments.</summary>
public static partial class MediaTypes
{
    public const int MaxLength = 255;

    /// <summary>The media type of bytes that nobody said one for.</summary>
    public const string Unknown = "application/octet-stream";

    // What browsers show without running anything in it.
    private static readonly HashSet<string> Shown = new(StringComparer.OrdinalIgnoreCase)
    {
        "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp", "image/heic", "image/heif", "image/tiff",
        "audio/aac", "audio/flac", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/opus", "audio/wav", "audio/wave", "audio/webm",
        "audio/x-wav",
        "video/mp4", "video/mpeg", "video/ogg", "video/quicktime", "video/webm",
        "application/pdf", "text/plain",
    };

    // Words in the names of types that browsers run, or that hold other types.
    private static readonly string[] Active = ["html", "xml", "svg", "script", "css", "multipart/", "message/"];

    // As RFC 6838 has it, a little wider: type, slash, subtype.
    [GeneratedRegex(
        @"\A[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*[ \t]*(;|\z)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Name { get; }

    /// <summary>Whether a text is a media type, with or without parameters, that can stand in a header of an answer.</summary>
    public static bool IsValid(string text) =>
        text.Length <= MaxLength
        && text.All(letter => letter is >= ' ' and <= '~')
        && Name.IsMatch(text)
        && MediaTypeHeaderValue.TryParse(text, out _);

    /// <summary>Whether a browser may show the type in place; otherwise it is offered as a download.</summary>
    public static bool IsShown(string mediaType) => Shown.Contains(NameOf(mediaType));

    /// <summary>The type under which bytes are served: none that a browser runs as a page or a script of the service.</summary>
    public static string Served(string mediaType) =>
        Active.Any(word => NameOf(mediaType).Contains(word, StringComparison.OrdinalIgnoreCase)) ? Unknown : mediaType;

    private static string NameOf(string mediaType) => mediaType.Split(';')[0].Trim();
}
