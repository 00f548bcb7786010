using System.Runtime.CompilerServices;
using Npgsql;
using SessionService.Application.Messages;
using SessionService.Infrastructure.Messages.Packed;

namespace SessionService.Infrastructure.Messages;

/// <summary>
/// The messages of one statement, which the reader streams. The reader stands on the first row: the session's counts, and the first message
/// or segment, if there is one.
/// </summary>
internal sealed class MessageRows(NpgsqlConnection connection, NpgsqlCommand command, NpgsqlDataReader reader, MessageSelection selection)
    : IMessageRows
{
    private const int Packed = 2;
    private const int Message = 3;
    private const int Segment = Message + MessageColumns.Count;

    private bool _isDisposed;

    public long Total { get; } = reader.GetInt64(0);

    public long InRange { get; } = selection.IsUnfiltered
        ? Math.Max(0, Math.Min(reader.GetInt64(0), selection.Before - 1) - selection.After)
        : reader.GetInt64(1);

    /// <summary>Whether the statement returns all messages: a filtered statement does not look into packed messages.</summary>
    public static bool CanServe(NpgsqlDataReader reader, MessageSelection selection) =>
        selection.IsUnfiltered || reader.GetInt64(Packed) == 0;

    public async IAsyncEnumerable<MessageRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var messages = new MessageRowReader(reader, Message);
        do
        {
            if (!reader.IsDBNull(Message))
            {
                yield return messages.Read();
            }
            else if (!reader.IsDBNull(Segment))
            {
                using var part = PackedColumns.Read(reader, Segment);
                foreach (var row in part.Rows(isDescending: selection.Order == MessageOrder.NewestFirst))
                {
                    yield return row;
                }
            }
            else
            {
                // A session's row without a message: the page is empty.
                yield break;
            }
        }
        while (await reader.ReadAsync(cancellationToken));
    }

    // Once only: a connection uses its reader again, so to dispose of it twice would close the reader of the connection's next user.
    public async ValueTask DisposeAsync()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            await reader.DisposeAsync();
            await command.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
