using System.Text;
using SessionService.Application.Imports;
using SessionService.Application.Messages;
using SessionService.Domain.Messages;

namespace SessionService.Application.Conversations;

/// <summary>What items are made of: a stored message.</summary>
internal sealed record ItemMessage
{
    public required long Sequence { get; init; }

    public required string Role { get; init; }

    public required string Type { get; init; }

    public required string Content { get; init; }

    public required string Metadata { get; init; }

    /// <summary>A JSON array; <see langword="null"/> where the content was given as a text.</summary>
    public required string? Parts { get; init; }

    public required string Status { get; init; }

    public required bool IsRedacted { get; init; }

    public static ItemMessage Of(in MessageRow stored)
    {
        var row = EarlierParts.Of(stored);
        return new ItemMessage
        {
            Sequence = row.Sequence,
            Role = Text(row.Role),
            Type = Text(row.MessageType),
            Content = Text(row.Content),
            Metadata = Text(row.Metadata),
            Parts = row.Parts.IsEmpty ? null : Text(row.Parts),
            Status = row.Status.IsEmpty ? MessageStatuses.Completed : Text(row.Status),
            IsRedacted = row.RedactedAt is not null,
        };
    }

    public static ItemMessage Of(SessionMessage written) => new()
    {
        Sequence = written.Sequence,
        Role = written.Role,
        Type = written.MessageType,
        Content = written.Content,
        Metadata = written.Metadata,
        Parts = written.Parts,
        Status = written.Status,
        IsRedacted = written.RedactedAt is not null,
    };

    /// <summary>The message with its files as data, as they were given.</summary>
    public async Task<ItemMessage> WithFilesAsync(RestoredFiles files, CancellationToken cancellationToken) =>
        Parts is null ? this : this with { Parts = await files.IntoAsync(Parts, cancellationToken) };

    private static string Text(ReadOnlyMemory<byte> utf8) => Encoding.UTF8.GetString(utf8.Span);
}
