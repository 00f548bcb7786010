using System.Text;
using SessionService.Application.Messages;
using SessionService.Domain.Messages;
using SessionService.Infrastructure.Messages;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Search;

/// <summary>Reads the contents of the few messages that are shown. The index does not hold them.</summary>
internal static class MessageContents
{
    // Each message may have the greatest length that is allowed, and these are in memory together.
    private const int AtOnce = 20;

    /// <summary>
    /// The contents of messages in the order of the arguments: at least one, and then as many as fit into a number of bytes;
    /// <see langword="null"/> for a message that does not exist.
    /// </summary>
    public static async Task<IReadOnlyList<string?>> ReadAsync(
        Sql sql,
        string userId,
        IReadOnlyList<(Guid SessionId, long Sequence)> messages,
        Func<SessionMessage, string> textOf,
        long maxBytes,
        CancellationToken cancellationToken)
    {
        var contents = new List<string?>(messages.Count);
        long bytes = 0;
        foreach (var some in messages.Select(message => new MessagePosition(message.SessionId, message.Sequence)).Chunk(AtOnce))
        {
            var found = (await MessageReader.FindAsync(sql, userId, some, cancellationToken))
                .ToDictionary(message => new MessagePosition(message.SessionId, message.Sequence), textOf);
            foreach (var position in some)
            {
                if (bytes >= maxBytes)
                {
                    return contents;
                }

                var content = found.GetValueOrDefault(position);
                contents.Add(content);
                bytes += content is null ? 0 : Encoding.UTF8.GetByteCount(content);
            }
        }

        return contents;
    }
}
