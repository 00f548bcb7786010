using System.Text;
using Npgsql;
using SessionService.Application.Messages;
using SessionService.Infrastructure.Messages;

namespace SessionService.Infrastructure.Search;

/// <summary>Reads what the index does not hold: the contents of the few messages that are shown.</summary>
internal static class MessageContents
{
    // Each may be of the greatest length, and these are in memory together.
    private const int AtOnce = 20;

    /// <summary>
    /// The contents of messages in the order in which they are asked for, at least one, then no more than fit into a number of bytes;
    /// <see langword="null"/> for one that is not there.
    /// </summary>
    public static async Task<IReadOnlyList<string?>> ReadAsync(
        NpgsqlConnection connection, string userId, IReadOnlyList<(Guid SessionId, long Sequence)> messages, long maxBytes, CancellationToken cancellationToken)
    {
        var contents = new List<string?>(messages.Count);
        long bytes = 0;
        foreach (var some in messages.Select(message => new MessagePosition(message.SessionId, message.Sequence)).Chunk(AtOnce))
        {
            var found = (await MessageReader.FindAsync(connection, userId, some, cancellationToken))
                .ToDictionary(message => new MessagePosition(message.SessionId, message.Sequence), message => message.Content);
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
