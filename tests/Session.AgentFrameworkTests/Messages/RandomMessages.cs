using System.Globalization;
using System.Text;
using Microsoft.Extensions.AI;

namespace SessionService.AgentFrameworkTests.Messages;

/// <summary>Messages that nobody would write by hand.</summary>
internal sealed class RandomMessages(int seed)
{
    private static readonly string[] Roles = ["user", "assistant", "system", "tool", "developer", "critic", ""];

    private readonly Random _random = new(seed);

    public ChatMessage Next()
    {
        var message = new ChatMessage
        {
            Role = new ChatRole(Pick(Roles) is { Length: > 0 } role ? role : "x"),
            Contents = [.. Enumerable.Range(0, _random.Next(4)).Select(_ => Content())],
            AuthorName = Maybe(() => Text(40)),
            MessageId = Maybe(() => _random.Next(2) == 0 ? Guid.NewGuid().ToString("N") : Text(20)),
            CreatedAt = Maybe(() => (DateTimeOffset?)new DateTimeOffset(
                _random.NextInt64(DateTime.MinValue.AddDays(1).Ticks, DateTime.MaxValue.AddDays(-1).Ticks), TimeSpan.FromMinutes(_random.Next(-600, 600)))),
        };
        if (_random.Next(3) == 0)
        {
            message.AdditionalProperties = [];
            for (var count = _random.Next(4); count > 0; count--)
            {
                message.AdditionalProperties[Text(10)] = Value(2);
            }
        }

        return message;
    }

    private AIContent Content() => _random.Next(8) switch
    {
        0 => new TextContent(Text(200)),
        1 => new TextReasoningContent(Text(50)) { ProtectedData = Maybe(() => Text(50)) },
        2 => new DataContent(Bytes(_random.Next(9_000)), "application/octet-stream"),
        3 => new FunctionCallContent(Text(10), Text(10), Arguments()),
        4 => new FunctionResultContent(Text(10), Value(3)),
        5 => new ErrorContent(Text(20)) { Details = Maybe(() => Text(20)) },
        6 => new HostedFileContent("f" + Text(5)),
        _ => ContentSamples.All[_random.Next(ContentSamples.All.Count)],
    };

    private Dictionary<string, object?> Arguments()
    {
        var arguments = new Dictionary<string, object?>();
        for (var count = _random.Next(5); count > 0; count--)
        {
            arguments[Text(8)] = Value(3);
        }

        return arguments;
    }

    private object? Value(int depth) => _random.Next(depth > 0 ? 8 : 6) switch
    {
        0 => null,
        1 => _random.NextInt64(),
        2 => Math.Round(_random.NextDouble() * 1e6, 4),
        3 => decimal.Parse($"{_random.Next()}.{_random.Next()}0", CultureInfo.InvariantCulture),
        4 => _random.Next(2) == 0,
        5 => Text(30),
        6 => Enumerable.Range(0, _random.Next(4)).Select(_ => Value(depth - 1)).ToArray(),
        _ => Enumerable.Range(0, _random.Next(4)).ToDictionary(i => $"{Text(6)}{i}", _ => Value(depth - 1)),
    };

    private string Text(int longest)
    {
        var text = new StringBuilder();
        for (var length = _random.Next(1, longest); length > 0; length--)
        {
            text.Append(_random.Next(12) switch
            {
                0 => char.ConvertFromUtf32(_random.Next(0x10000, 0x10FFFF)),
                1 => ((char)_random.Next(0x80, 0xD800)).ToString(),
                2 => ((char)_random.Next(0, 0x20)).ToString(),
                3 => "\\",
                4 => "\"",
                5 => " ",
                _ => ((char)_random.Next(0x21, 0x7F)).ToString(),
            });
        }

        return text.ToString();
    }

    private byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    private T? Maybe<T>(Func<T> make) => _random.Next(2) == 0 ? make() : default;

    private T Pick<T>(T[] values) => values[_random.Next(values.Length)];
}
