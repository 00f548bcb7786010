using SessionService.Application.Attachments;
using SessionService.Application.Messages.Parts;
using SessionService.Domain.Attachments;
using SessionService.Domain.Messages;

namespace SessionService.Application.Contexts.Formats;

/// <summary>Says how each picture, sound and file is given: by its address, as data, or only by its name.</summary>
internal sealed class GivenMedia
{
    // With the attachments of a whole context, the body of a request must stay below what the vendors take.
    private const int MaxBytes = 20 * 1024 * 1024;

    // Larger pictures are refused by Anthropic.
    private const int MaxPictureBytes = 3_900_000;

    private const int MaxNameLength = 200;

    // By the place where the medium stands: an attachment that stands at many places is given at those that have room.
    private readonly Dictionary<PartMedia, PartMedia> _given = new(ReferenceEqualityComparer.Instance);

    /// <summary>Reads the attachments, the newest first, as long as there is room.</summary>
    /// <param name="attachments">The attachments; <see langword="null"/> where they are only named.</param>
    /// <param name="userId">The owner.</param>
    /// <param name="turns">The turns of the conversation.</param>
    /// <param name="taken">What the API takes.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<GivenMedia> ReadAsync(
        AttachmentsService? attachments,
        string userId,
        IReadOnlyList<ContextTurn> turns,
        TakenMedia taken,
        CancellationToken cancellationToken)
    {
        var given = new GivenMedia();
        if (attachments is null)
        {
            return given;
        }

        var left = MaxBytes;
        var read = new Dictionary<(Guid Id, MediaKind Kind), ReadAttachment?>();
        foreach (var media in turns.SelectMany(turn => MediaOf(turn, taken)).Reverse())
        {
            if (media.AttachmentId is not { } id)
            {
                continue;
            }

            var most = media.Kind == MediaKind.Image ? Math.Min(left, MaxPictureBytes) : left;
            if (!read.TryGetValue((id, media.Kind), out var found))
            {
                found = await attachments.ReadAsync(userId, id, most, cancellationToken) is { } content
                    ? new ReadAttachment(content.Attachment, Convert.ToBase64String(content.Bytes))
                    : null;
                read.Add((id, media.Kind), found);
            }

            if (found is not null && found.Attachment.Size <= most)
            {
                left -= (int)found.Attachment.Size;
                given._given[media] = media with
                {
                    Url = null,
                    Base64 = found.Base64,
                    MediaType = media.MediaType ?? found.Attachment.MediaType,
                    Name = media.Name ?? found.Attachment.Name,
                };
            }
        }

        return given;
    }

    /// <summary>The medium with its data, where these are at hand.</summary>
    public PartMedia With(PartMedia media) =>
        _given.TryGetValue(media, out var given) ? given
        : media.Url is { } url && url.StartsWith("data:", StringComparison.OrdinalIgnoreCase) ? OfDataUrl(media, url)
        : media;

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

    private static IEnumerable<PartMedia> MediaOf(ContextTurn turn, TakenMedia taken)
    {
        IEnumerable<MessagePart> said = turn.Role is MessageRoles.User ? turn.Parts : [];
        var results = taken.InResults ? turn.Results.SelectMany(call => call.Result.Nested) : [];
        return said.Concat(results).Select(part => part.Media).OfType<PartMedia>().Where(media => taken.Kinds.Contains(media.Kind));
    }

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

    private sealed record ReadAttachment(StoredAttachment Attachment, string Base64);
}

/// <summary>The media that an API takes from the user, and from the results of tools.</summary>
internal sealed record TakenMedia(IReadOnlyCollection<MediaKind> Kinds, bool InResults);
