using System.Reflection;
using System.Text.RegularExpressions;
using Npgsql;
using SessionService.Infrastructure.Persistence;
using SessionService.IntegrationTests.Faults;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Databases;

/// <summary>
/// A database that is sharded by user sends a statement to one shard only where it finds the user as a constant beside every table, and it
/// refuses some forms of SQL that one server takes. So no statement of one user has them.
/// </summary>
public sealed partial class StatementFormsTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    // Statements about many users, by design: writes of several users that share one commit, what operators ask, and the background's walks
    // over all users. A sharded database needs others in place of these.
    private static readonly HashSet<string> OfManyUsers = new(StringComparer.Ordinal)
    {
        "AppendSql.TextsToSessionsInUse",
        "AppendSql.TextsToAnySessions",
        "AppendSql.PartsToSessionsInUse",
        "AppendSql.PartsToAnySessions",
        "AppendSql.ItemsToSessionsInUse",
        "AppendSql.ItemsToAnySessions",
        "AppendSql.OpenToSessionsInUse",
        "AppendSql.OpenToAnySessions",
        "CreateStatement.Text",
        "DeliveryLog.Count",
        "DeliveryLog.GiveUp",
        "DeliveryLog.GiveUpRest",
        "DeliveryLog.RemoveOld",
        "DeliveryLog.RemoveStray",
        "DeliveryQueue.PutOff",
        "DeliveryQueue.TakeDue",
        "DeltaStatement.Text",
        "Digester.CountWaiting",
        "Digester.FindUsers",
        "Digester.MarkMissed",
        "FollowedLookUp.FindSessions",
        "FollowedLookUp.FindUsers",
        "OldKeys.RemoveSome",
        "OldKeysByUser.FindUsers",
        "ObjectRemovals.Count",
        "ObjectRemovals.FindDue",
        "Packer.Find",
        "RecountJob.Add",
        "RegisteredSessionIds.Fill",
        "RegisteredSessionIds.FindOthers",
        "SegmentRenewal.FindUser",
        "SessionRetention.Look",
        "SessionRetention.Put",
        "StatisticsOfUsers.AreDivided",
        "UnusedAttachments.Look",
        "UsageStore.OfEverybody",
    };

    // The same in statements that no field holds, by a part of their text: the totals of the service, the renewal of memories' words, and the
    // search for abandoned messages.
    private static readonly string[] OfManyUsersByText = ["\"TotalSessions\"", "octet_length(m.words)", "o.check_at <= "];

    [Fact]
    public async Task Statements_written_by_hand_have_no_form_that_a_sharded_database_refuses()
    {
        var tables = await UserTablesAsync();
        Assert.Subset(WrittenByHand().Select(statement => statement.Name).ToHashSet(StringComparer.Ordinal), OfManyUsers);

        var faults = WrittenByHand()
            .Where(statement => !OfManyUsers.Contains(statement.Name))
            .SelectMany(statement => FaultsOf(statement.Text, tables).Select(fault => $"{statement.Name}: {fault} in {statement.Text}"));

        Assert.Empty(faults);
    }

    [Fact]
    public async Task Statements_sent_for_requests_have_no_form_that_a_sharded_database_refuses()
    {
        var tables = await UserTablesAsync();
        var ofManyUsers = WrittenByHand()
            .Where(statement => OfManyUsers.Contains(statement.Name))
            .Select(statement => statement.Text)
            .ToHashSet(StringComparer.Ordinal);

        var sent = await SendRequestsAsync();

        Assert.True(sent.Count > 100, $"{sent.Count} statements were sent.");
        var faults = sent
            .Where(text => !ofManyUsers.Contains(text) && !OfManyUsersByText.Any(part => text.Contains(part, StringComparison.Ordinal)))
            .SelectMany(text => FaultsOf(text, tables).Select(fault => $"{fault} in {text}"));

        Assert.Empty(faults);
    }

    private static IEnumerable<string> FaultsOf(string text, HashSet<string> tables)
    {
        foreach (var table in TablesWithoutUser(text, tables))
        {
            yield return $"no constant user beside {table}";
        }

        if (SelectOfNothing().IsMatch(text))
        {
            yield return "SELECT without columns";
        }

        if (SimpleCase().IsMatch(text) && text.Contains("UPDATE dev.", StringComparison.Ordinal))
        {
            yield return "a simple CASE over a parameter in an update";
        }

        if (SumOfTimes().IsMatch(text) && text.Contains("UPDATE dev.", StringComparison.Ordinal))
        {
            yield return "a sum that depends on the time zone, in an update";
        }

        if (ComparisonOfRows().IsMatch(text))
        {
            yield return "a comparison of rows with those of another table";
        }

        if (ClausesAt("RETURNING", text).Any(clause => clause.Contains("SELECT", StringComparison.Ordinal)))
        {
            yield return "a subquery in RETURNING";
        }

        if (ClausesAt("DO UPDATE SET", text).Any(clause => Parameter().IsMatch(clause)) && !text.Contains("VALUES ($1", StringComparison.Ordinal))
        {
            yield return "a parameter in ON CONFLICT of INSERT … SELECT";
        }
    }

    /// <summary>What follows a keyword, until the parenthesis ends in which the keyword stands.</summary>
    private static IEnumerable<string> ClausesAt(string keyword, string text)
    {
        for (var at = text.IndexOf(keyword, StringComparison.Ordinal); at >= 0; at = text.IndexOf(keyword, at + 1, StringComparison.Ordinal))
        {
            var (end, depth) = (at, 0);
            while (end < text.Length && depth >= 0)
            {
                depth += text[end++] switch { '(' => 1, ')' => -1, _ => 0 };
            }

            yield return text[at..end];
        }
    }

    private static IEnumerable<string> TablesWithoutUser(string text, HashSet<string> tables) =>
        TableUse().Matches(text)
            .Where(use => tables.Contains(use.Groups["table"].Value))
            .GroupBy(use => use.Groups[use.Groups["alias"].Success ? "alias" : "table"].Value, StringComparer.Ordinal)
            .Where(use => Constants(text, use.Key) < use.Count())
            .Select(use => use.Key);

    private static int Constants(string text, string alias) =>
        Constant().Matches(text).Count(constant => !constant.Groups["alias"].Success || constant.Groups["alias"].Value == alias);

    /// <summary>The texts that the classes of the database hold, but for parts of statements.</summary>
    private static IEnumerable<(string Name, string Text)> WrittenByHand() =>
        from type in typeof(DatabaseFaults).Assembly.GetTypes()
        where !type.ContainsGenericParameters && type.Namespace?.Contains(".Migrations", StringComparison.Ordinal) == false
        from field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        let value = field.FieldType == typeof(string) || typeof(IEnumerable<string>).IsAssignableFrom(field.FieldType) ? field.GetValue(null) : null
        from text in value is string one ? [one] : value as IEnumerable<string> ?? []
        where Statement().IsMatch(text)
        select ($"{type.Name}.{field.Name}", text);

    private async Task<HashSet<string>> UserTablesAsync()
    {
        await using var database = new TestDatabase(service.ConnectionString);
        return
        [
            .. await database.QueryAsync(
                "SELECT table_name FROM information_schema.columns WHERE table_schema = 'dev' AND column_name = 'user_id'"),
        ];
    }

    private async Task<ICollection<string>> SendRequestsAsync()
    {
        using var statements = new SentStatements(new NpgsqlConnectionStringBuilder(service.ConnectionString).Database!);
        foreach (var request in DeadConnectionTests.Requests)
        {
            var conversation = await Conversation.StartAsync(service);
            await request.PrepareAsync(conversation);
            Assert.InRange((await request.SendAsync(conversation)).Status, 200, 204);
        }

        return statements.Texts;
    }

    [GeneratedRegex(@"\b(FROM|JOIN|UPDATE|USING)\s+dev\.(?<table>\w+)(\s+AS\s+(?<alias>\w+))?", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex TableUse();

    // A parameter, or the place of one in a text that EF fills.
    [GeneratedRegex(@"(?<![\w.])((?<alias>\w+)\.)?user_id = ([$@]\w+|\{\d\})", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Constant();

    [GeneratedRegex(@"\bSELECT\s+FROM\b|\(\s*SELECT\s*\)", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex SelectOfNothing();

    [GeneratedRegex(@"\bCASE\s+[$@]\w", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex SimpleCase();

    [GeneratedRegex(@"_at\s*[+-]", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex SumOfTimes();

    [GeneratedRegex(@"user_id,[^()]*\)\s*=\s*\(\s*\w+\.user_id", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex ComparisonOfRows();

    [GeneratedRegex(@"[$@]\w", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Parameter();

    [GeneratedRegex(@"^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b[^;]*\bdev\.", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Statement();
}
