using System.Globalization;
using System.Text;
using SessionService.Application.Messages;

namespace SessionService.UnitTests.Messages.Packed;

/// <summary>Messages of every kind that can be stored, the same for the same seed.</summary>
internal sealed class RandomMessages(int seed)
{
    private static readonly string[] Roles = ["user", "assistant", "system", "tool", "function", ""];

    // Of one to four bytes of UTF-8, with what JSON escapes, what joins to others, and what is not to be normalized.
    private static readonly string[] Letters = ["a", "Z", " ", "\n", "\t", "\"", "\\", "\u0001", "é", "e\u0301", "ß", "Ж", "漢", "\u200d", "\uffff", "😀", "👩‍👩‍👧", "\U0010ffff"];

    private readonly Random _random = new(seed);

    public MessageRow[] Next(int count, long firstSequence)
    {
        var time = new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var isTimed = _random.Next(2) == 0;
        var hasMore = _random.Next(2) == 0;
        var rows = new MessageRow[count];
        for (var i = 0; i < count; i++)
        {
            time = NextTime(time);
            rows[i] = new MessageRow
            {
                Sequence = firstSequence + i,
                MessageId = !isTimed && _random.Next(2) == 0 ? NextId() : Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddMilliseconds(_random.NextInt64(int.MaxValue))),
                Role = Utf8(Roles[_random.Next(Roles.Length)]),
                Content = Utf8(NextText(_random.Next(3) == 0 ? 2_000 : 20)),
                MessageType = Utf8(_random.Next(4) == 0 ? NextText(3) : "chat"),
                Metadata = Utf8(NextJson()),
                Parts = hasMore && _random.Next(3) == 0 ? Utf8($$"""[{"type":"text","text":"{{_random.Next()}}"}, {{NextJson()}}]""") : default,
                Name = hasMore && _random.Next(3) == 0 ? Utf8("Ünal") : default,
                Status = hasMore && _random.Next(3) == 0 ? Utf8("incomplete") : default,
                TokensUsed = _random.Next(3) switch { 0 => 0, 1 => _random.Next(500), _ => int.MaxValue - _random.Next(3) },
                CostUsd = NextCost(),
                CreatedAt = time,
                RedactedAt = _random.Next(20) == 0 ? NextTime(time) : null,
            };
        }

        return rows;
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    // Mostly a little later, sometimes the same instant, an earlier one or one of another century, always whole microseconds.
    private DateTime NextTime(DateTime time) => _random.Next(10) switch
    {
        0 => time,
        1 => time.AddMicroseconds(-_random.Next(1_000_000)),
        2 => new DateTime(_random.Next(1, 9999), 12, 31, 23, 59, 59, DateTimeKind.Utc).AddMicroseconds(_random.Next(1_000_000)),
        _ => time.AddMicroseconds(_random.Next(100_000_000)),
    };

    private Guid NextId()
    {
        Span<byte> bytes = stackalloc byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes);
    }

    private string NextText(int most) => string.Concat(Enumerable.Range(0, _random.Next(most)).Select(_ => Letters[_random.Next(Letters.Length)]));

    // As the database writes it: digits are kept as they came.
    private string NextJson() => _random.Next(3) switch
    {
        0 => "{}",
        1 => """{"source": "test"}""",
        _ => string.Create(CultureInfo.InvariantCulture, $$"""{"n": {{_random.Next()}}.{{_random.Next(1000):000}}0, "deep": [[{}], null, true], "text": "{{_random.Next()}}"}"""),
    };

    // Up to the greatest that the column holds, with as many digits behind the point as it keeps.
    private decimal NextCost() => _random.Next(5) switch
    {
        0 => 0,
        1 => 0.0000000001m * _random.Next(100),
        2 => 9_999_999_999.9999999999m,
        3 => 0.0012300000m,
        _ => (decimal)_random.NextInt64(100_000_000_000_000_000) / 10_000_000_000m,
    };
}
