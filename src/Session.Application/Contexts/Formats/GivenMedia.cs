using SessionService.Application.Attachments;
using SessionService.Application.Messages.Parts;

namespace SessionService.Application.Contexts.Formats;

/// <summary>Says how each picture, sound and file is given: by its address, as data, or only by its name.</summary>
internal sealed class GivenMedia
{
    // With the attachments of a whole context, the body of a request must stay below what the vendors take.
    private const int MaxBytes = 20 * 1024 * 1024;

    // Larger pictures are refused by Anthropic.
    private const int MaxPictureBytes = 3_900_000;

    private const int MaxNameLength = 200;

    private readonly Dictionary<Guid, AttachmentContent> _attachments = [];

    /// <summary>Reads the attachments, the newest first, as long as there is room.</summary>
    public static async Task<GivenMedia> ReadAsync(
        AttachmentsService? attachments,
        string userId,
        IEnumerable<ContextTurn> turns,
        IReadOnlyCollection<MediaKind> kinds,
        CancellationToken cancellationToken)
    {
        var given = new GivenMedia();
        if (attachments is null)
        {
            return given;
        }

        var left = MaxBytes;
        foreach (var media in turns.SelectMany(MediaOf).Reverse().Where(media => kinds.Contains(media.Kind)))
        {
            var most = media.Kind == MediaKind.Image ? Math.Min(left, MaxPictureBytes) : left;
            if (media.AttachmentId is { } id
                && !given._attachments.ContainsKey(id)
                && await attachments.ReadAsync(userId, id, most, cancellationToken) is { } found)
            {
                given._attachments[id] = found;
                left -= found.Bytes.Length;
            }
        }

        return given;
    }

    /// <summary>The medium with its data, where these are at hand.</summary>
    public PartMedia With(PartMedia media)
    {
        if (media.Url is { } url && url.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
        {
            return OfDataUrl(media, url);
        }

        return media.AttachmentId is { } id && _attachments.TryGetValue(id, out var attachment)
            ? media with
            {
                Url = null,
                Base64 = Convert.ToBase64String(attachment.Bytes),
                MediaType = media.MediaType ?? attachment.Attachment.MediaType,
                Name = media.Name ?? attachment.Attachment.Name,
            }
            : media;
    }

    /// <summary>The text in place of a medium that cannot be given.</summary>
    public static string NameOf(PartMedia media)
    {
        var name = media.Name is null ? "" : " " + (media.Name.Length <= MaxNameLength ? media.Name : media.Name[..MaxNameLength]);
        var type = media.MediaType is null ? "" : $" ({media.MediaType})";
        var place = media switch
        {
            { Url: { } url } when !url.StartsWith("data:", StringComparison.OrdinalIgnoreCase) => $": {url}",
            { AttachmentId: { } id } => $": attachment {id}",
            _ => "",
        };
        return $"[{media.Kind.ToString().ToLowerInvariant()}{name}{type}{place}]";
    }

    /// <summary>Whether every model takes a picture of this type.</summary>
    public static bool IsPicture(string? mediaType) => mediaType is "image/png" or "image/jpeg" or "image/gif" or "image/webp";

    public static bool IsOpenAiFile(string fileId) => fileId.StartsWith("file-", StringComparison.Ordinal);

    public static string DataUrl(PartMedia media) => $"data:{media.MediaType};base64,{media.Base64}";

    private static IEnumerable<PartMedia> MediaOf(ContextTurn turn) =>
        turn.Parts.Concat(turn.Calls.SelectMany(call => call.Result.Nested)).Select(part => part.Media).OfType<PartMedia>();

    private static PartMedia OfDataUrl(PartMedia media, string url)
    {
        var comma = url.IndexOf(',', StringComparison.Ordinal);
        var head = comma < 0 ? "" : url["data:".Length..comma];
        return !head.EndsWith(";base64", StringComparison.OrdinalIgnoreCase) ? media : media with
        {
            Url = null,
            Base64 = url[(comma + 1)..],
            MediaType = media.MediaType ?? head[..head.IndexOf(';', StringComparison.Ordinal)],
        };
    }
}
