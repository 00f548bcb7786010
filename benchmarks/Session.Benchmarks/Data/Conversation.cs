using System.Text;
using Npgsql;

namespace SessionService.Benchmarks.Data;

/// <summary>Turns a loaded session into a conversation: words as frequent as in a language, no message twice, ids and times as the service makes them.</summary>
internal static class Conversation
{
    private const int Seed = 17;
    private const int Vocabulary = 6_000;

    private static readonly string[] Syllables =
        ["an", "be", "cor", "da", "el", "fi", "gra", "ho", "in", "jo", "ka", "li", "mo", "nu", "or", "pre", "qui", "re", "sta", "ti", "un", "ve", "wor", "ya", "zo"];

    public static async Task WriteAsync(NpgsqlDataSource database, Guid sessionId, int messages, CancellationToken cancellationToken)
    {
        var random = new Random(Seed);
        string[] words = [.. Enumerable.Range(0, Vocabulary).Select(rank => NewWord(random, rank))];
        var time = new DateTime(2025, 3, 1, 8, 0, 0, DateTimeKind.Utc);
        DateTime[] times = [.. Enumerable.Range(0, messages).Select(_ => time = time.AddMicroseconds(random.NextInt64(1_000_000, 120_000_000)))];
        await using var command = database.CreateCommand(
            """
            UPDATE dev.session_messages AS m
            SET id = n.id, content = n.content, created_at = n.created_at, role = CASE WHEN m.sequence % 2 = 0 THEN 'assistant' ELSE 'user' END
            FROM unnest($2, $3, $4) WITH ORDINALITY AS n (id, content, created_at, sequence)
            WHERE m.session_id = $1 AND m.sequence = n.sequence
            """);
        command.CommandTimeout = 0;
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = sessionId });
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. times.Select(at => Guid.CreateVersion7(new DateTimeOffset(at)))] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. times.Select(_ => NewText(random, words))] });
        command.Parameters.Add(new NpgsqlParameter<DateTime[]> { TypedValue = times });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // The forty commonest words are short.
    private static string NewWord(Random random, int rank) =>
        string.Concat(Enumerable.Range(0, rank < 40 ? 1 : random.Next(2, 5)).Select(_ => Syllables[random.Next(Syllables.Length)]));

    private static string NewText(Random random, string[] words)
    {
        var text = new StringBuilder();
        var startsSentence = true;
        for (var count = random.Next(4, 40); count > 0; count--)
        {
            // The frequency of a word falls with its rank.
            var word = words[(int)Math.Pow(Vocabulary, random.NextDouble()) - 1];
            text.Append(text.Length > 0 ? " " : "").Append(startsSentence ? char.ToUpperInvariant(word[0]) + word[1..] : word);
            startsSentence = count == 1 || random.Next(9) == 0;
            text.Append(startsSentence ? "." : "");
        }

        return text.ToString();
    }
}
