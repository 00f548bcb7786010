using System.Text;
using System.Text.Json;
using NpgsqlTypes;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Messages.Packed;

/// <summary>Conversations that look like people's, the same for the same seed: words as frequent as in a language, and no sentence twice.</summary>
internal sealed class Conversation(int seed)
{
    private const int Vocabulary = 6_000;

    private static readonly string[] Syllables =
        ["an", "be", "cor", "da", "el", "fi", "gra", "ho", "in", "jo", "ka", "li", "mo", "nu", "or", "pre", "qui", "re", "sta", "ti", "un", "ve", "wor", "xe", "ya", "zo"];

    private readonly Random _random = new(seed);
    private readonly string[] _words = Words(new Random(seed));
    private DateTime _time = new(2025, 3, 1, 8, 0, 0, DateTimeKind.Utc);

    /// <summary>Messages as a client sends them, with odd numbers, odd texts and two types.</summary>
    public string[] Requests(int count) => [.. Enumerable.Range(1, count).Select(n => JsonSerializer.Serialize(new
    {
        role = n % 7 == 0 ? "tool" : n % 2 == 0 ? "assistant" : "user",
        message_type = n % 7 == 0 ? "tool_result" : "chat",
        content = n % 50 == 0 ? $"\t{Text()} \"日本語\" 👩‍👩‍👧 \\ \u007f" : Text(),
        metadata = JsonDocument.Parse(n % 5 == 0 ? $$"""{"n":{{n}}.500,"big":12345678901234567890123.000,"deep":[{"ä":null}]}""" : "{}"),
        tokens_used = _random.Next(300),
        cost_usd = n % 3 == 0 ? 0 : n * 0.0000001001m,
        created_at = Later(),
    }))];

    /// <summary>Loads messages into a new session, as fast as the database takes them, and tells the session's path.</summary>
    /// <param name="service">The service.</param>
    /// <param name="user">Whose session it is.</param>
    /// <param name="count">How many.</param>
    /// <param name="newId">The id of a message of a time.</param>
    public async Task<string> LoadAsync(ApiFixture service, ApiClient user, int count, Func<DateTime, Guid> newId)
    {
        var session = await user.StartSessionAsync();
        await using var database = new TestDatabase(service.ConnectionString);
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using (var copy = await connection.BeginBinaryImportAsync(
            """
            COPY dev.session_messages
                (user_id, session_id, sequence, id, role, content, message_type, message_metadata, tokens_used, cost_usd, created_at) FROM STDIN (FORMAT binary)
            """))
        {
            for (var sequence = 1; sequence <= count; sequence++)
            {
                var (text, time) = (Text(), Later());
                await copy.StartRowAsync();
                await copy.WriteAsync(user.UserId, NpgsqlDbType.Varchar);
                await copy.WriteAsync(Guid.Parse(session.Split('/')[^1]), NpgsqlDbType.Uuid);
                await copy.WriteAsync((long)sequence, NpgsqlDbType.Bigint);
                await copy.WriteAsync(newId(time), NpgsqlDbType.Uuid);
                await copy.WriteAsync(sequence % 2 == 0 ? "assistant" : "user", NpgsqlDbType.Varchar);
                await copy.WriteAsync(text, NpgsqlDbType.Text);
                await copy.WriteAsync("chat", NpgsqlDbType.Varchar);
                await copy.WriteAsync(sequence % 2 == 0 ? """{"model": "gpt-4"}""" : "{}", NpgsqlDbType.Jsonb);
                await copy.WriteAsync(text.Length / 4, NpgsqlDbType.Integer);
                await copy.WriteAsync(text.Length / 4 * (sequence % 2 == 0 ? 0.00001m : 0.0000025m), NpgsqlDbType.Numeric);
                await copy.WriteAsync(time, NpgsqlDbType.TimestampTz);
            }

            await copy.CompleteAsync();
        }

        await database.ExecuteAsync(
            $"""
            UPDATE dev.sessions AS s
            SET message_count = m.count, total_tokens = m.tokens, total_cost = m.cost, is_digested = false
            FROM (SELECT count(*), sum(tokens_used) AS tokens, sum(cost_usd) AS cost FROM dev.session_messages WHERE user_id = '{user.UserId}') AS m
            WHERE s.user_id = '{user.UserId}';
            ANALYZE dev.session_messages;
            """);
        return session;
    }

    private static string[] Words(Random random) =>
        [.. Enumerable.Range(0, Vocabulary).Select(n => string.Concat(
            Enumerable.Range(0, n < 40 ? 1 : 1 + random.Next(1, 4)).Select(_ => Syllables[random.Next(Syllables.Length)])))];

    private string Text()
    {
        var text = new StringBuilder();
        for (var words = 4 + _random.Next(36); words > 0; words--)
        {
            // The frequency of a word falls with its rank.
            var word = _words[(int)Math.Pow(Vocabulary, _random.NextDouble()) - 1];
            var startsSentence = text.Length == 0 || text[^1] != ' ';
            text.Append(startsSentence && text.Length > 0 ? " " : "").Append(startsSentence ? char.ToUpperInvariant(word[0]) + word[1..] : word);
            text.Append(_random.Next(9) switch { 0 => ".", 1 when words == 1 => "?", _ => words > 1 ? " " : "!" });
        }

        return text.ToString();
    }

    private DateTime Later() => _time = _time.AddMicroseconds(_random.NextInt64(1_000_000, 120_000_000));
}
