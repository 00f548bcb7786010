using Npgsql;
using SessionService.Application.Messages;

namespace SessionService.Infrastructure.Messages;

/// <summary>
/// Reads messages from rows. Texts are copied as bytes into pieces of memory that several rows share: a value of its own for each text,
/// by Npgsql's converters, takes three times as long.
/// </summary>
/// <param name="reader">Stands on a row whenever one is read.</param>
/// <param name="first">Where the columns of <see cref="MessageColumns.List"/> begin.</param>
internal sealed class MessageRowReader(NpgsqlDataReader reader, int first)
{
    // In the protocol's binary form jsonb is its version and then its text (PostgreSQL, jsonb_send).
    private const int JsonbVersionBytes = 1;

    // Each piece is twice the size of the last: one message takes little memory, and many messages take few pieces.
    private const int FirstPieceBytes = 1024;
    private const int MaxPieceBytes = 32 * 1024;

    private byte[] _piece = [];
    private int _filled;

    public MessageRow Read() => new()
    {
        Sequence = reader.GetInt64(first),
        MessageId = reader.GetGuid(first + 1),
        Role = Take(first + 2),
        Content = Take(first + 3),
        MessageType = Take(first + 4),
        Metadata = Take(first + 5)[JsonbVersionBytes..],
        TokensUsed = reader.GetInt32(first + 6),
        CostUsd = WireNumeric.TryRead(Take(first + 7).Span, out var number) ? number : reader.GetDecimal(first + 7),
        CreatedAt = reader.GetDateTime(first + 8),
        RedactedAt = reader.IsDBNull(first + 9) ? null : reader.GetDateTime(first + 9),
        Parts = reader.IsDBNull(first + 10) ? default : Take(first + 10),
        Name = reader.IsDBNull(first + 11) ? default : Take(first + 11),
        Status = reader.IsDBNull(first + 12) ? default : Take(first + 12),
    };

    private ReadOnlyMemory<byte> Take(int column)
    {
        var length = Fill(column);
        if (_filled + length == _piece.Length)
        {
            // The text may be longer than the rest of the piece. Earlier texts keep the full piece.
            length = (int)reader.GetBytes(column, 0, null, 0, 0);
            var next = Math.Clamp(2 * _piece.Length, FirstPieceBytes, MaxPieceBytes);
            _piece = GC.AllocateUninitializedArray<byte>(Math.Max(length + 1, next));
            _filled = 0;
            Fill(column);
        }

        var text = _piece.AsMemory(_filled, length);
        _filled += length;
        return text;
    }

    private int Fill(int column) => (int)reader.GetBytes(column, 0, _piece, _filled, _piece.Length - _filled);
}
