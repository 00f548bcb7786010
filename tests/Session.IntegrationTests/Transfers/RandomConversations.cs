using System.Globalization;
using System.Text.Json;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Transfers;

/// <summary>Writes conversations of any shape that the service takes; a seed makes the same ones again.</summary>
internal sealed class RandomConversations(int seed)
{
    private static readonly string[] Texts =
        ["plain", "\"quoted\" \\ back", "line\nline\r\n\ttab", "Grüße, 世界, 🦊👩‍👩‍👧", "</script>&<b>", "\u2028\u2029\u007f\u0001", "0", "null", "   x"];

    private static readonly string[] Values =
        ["0.10", "1e3", "-0", "12345678901234567890.000000000000000001", "true", "null", "[]", "[1,[2,[3.50]]]", "{\"\":{}}", "\"\\u00e9\\ud83e\\udd8a\""];

    private readonly Random _random = new(seed);

    public async Task WriteAsync(ApiClient user)
    {
        var sessions = _random.Next(1, 5);
        for (var i = 0; i < sessions; i++)
        {
            var session = await user.StartSessionAsync($$"""{"conversation_data":{{Json()}},"metadata":{{Json()}}}""");
            for (var batch = _random.Next(3); batch > 0; batch--)
            {
                var messages = Enumerable.Range(0, _random.Next(1, 60)).Select(_ => Message());
                (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{string.Join(',', messages)}}]}""")).Is(201);
            }

            for (var number = (await user.GetAsync(session)).Is(200).Number("message_count"); number > 0; number -= _random.Next(1, 20))
            {
                (await user.PutAsync($"{session}/messages/{number}/feedback/rating", Feedback())).Is(201);
            }

            if (_random.Next(2) == 0)
            {
                (await user.PostAsync(
                    $"{session}/memory",
                    $$"""{"content":{{Text()}},"metadata":{{Json()}},"user_preferences":{{Json()}},"ongoing_tasks":[{{Json()}}]}""")).Is(201);
            }

            (await user.PutAsync(session, $$"""{"session_summary":{{Text()}},"last_activity":"{{Time()}}"}""")).Is(200);
            var status = new[] { "active", "completed", "ended", "archived", "expired" }[_random.Next(5)];
            (await user.PutAsync(session, $$"""{"status":"{{status}}","title":{{Title()}}}""")).Is(200);
        }

        for (var memory = _random.Next(20); memory > 0; memory--)
        {
            var written = (await user.PostAsync($"/api/v1/users/{user.UserId}/memories", Memory())).Is(201);
            for (var change = _random.Next(4); change > 0; change--)
            {
                (await user.PutAsync($"/api/v1/users/{user.UserId}/memories/{written.Text("memory_id")}", Memory())).Is(200);
            }
        }
    }

    private string Title() => _random.Next(3) == 0 ? "\" \"" : Text();

    private string Memory()
    {
        string[] optional =
        [
            $$""","memory_type":{{Text()}}""", $$""","metadata":{{Json()}}""",
            $$""","importance":{{_random.Next(1_000_001).ToString(CultureInfo.InvariantCulture)}}e-6""", $$""","valid_until":"{{Time()}}" """,
        ];
        return $$"""{"content":{{Text()}}{{string.Concat(optional.Where(_ => _random.Next(2) == 0))}}}""";
    }

    private string Message()
    {
        string[] optional =
        [
            $$""","message_type":{{Text()}}""", $$""","metadata":{{Json()}}""", $$""","tokens_used":{{_random.Next()}}""",
            $$""","cost_usd":{{(_random.NextInt64(100_000_000_000_000) / 10_000_000_000m).ToString(CultureInfo.InvariantCulture)}}""",
            $$""","created_at":"{{Time()}}" """, $$""","message_id":"{{NewId()}}" """,
        ];
        var role = new[] { "user", "assistant", "system", "tool" }[_random.Next(4)];
        return $$"""{"role":"{{role}}","content":{{Text()}}{{string.Concat(optional.Where(_ => _random.Next(2) == 0))}}}""";
    }

    private string Feedback()
    {
        string[] optional = [$$""","comment":{{Text()}}""", ""","source":"annotator" """];
        var value = new[] { "0.10", "1e3", "-0", "true", "false", Text() }[_random.Next(6)];
        return $$"""{"value":{{value}}{{string.Concat(optional.Where(_ => _random.Next(2) == 0))}}}""";
    }

    private Guid NewId()
    {
        var bytes = new byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes);
    }

    private string Time() => DateTimeOffset.UnixEpoch.AddMicroseconds(_random.NextInt64(1_700_000_000_000_000)).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private string Text() => JsonSerializer.Serialize(Texts[_random.Next(Texts.Length)]);

    private string Json() =>
        $"{{{string.Join(',', Enumerable.Range(0, _random.Next(4)).Select(i => $"\"{i}{(char)('a' + _random.Next(26))}\":{Values[_random.Next(Values.Length)]}"))}}}";
}
