using System.Diagnostics;
using SessionService.IntegrationTests.Databases;

namespace SessionService.IntegrationTests.Schema;

/// <summary>The executable: its commands, and what keeps it from starting.</summary>
public sealed class ExecutableTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task An_existing_database_is_refused_until_it_is_migrated()
    {
        await using var database = await AdoptionTests.ExistingAsync();

        var refused = await RunAsync(database.ConnectionString, "--urls", "http://127.0.0.1:0");
        var differs = await RunAsync(database.ConnectionString, "schema", "check");
        var migrated = await RunAsync(database.ConnectionString, "schema", "migrate");
        var again = await RunAsync(database.ConnectionString, "schema", "migrate");
        var same = await RunAsync(database.ConnectionString, "schema", "check");

        Assert.True(refused.ExitCode == 1, refused.Output);
        Assert.Contains("dev.sessions.session_id: expected type uuid, found character varying(255)", refused.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refused.Output, StringComparison.Ordinal);
        Assert.True(differs.ExitCode == 1, differs.Output);
        Assert.True(migrated.ExitCode == 0, migrated.Output);
        Assert.Contains("Adopted 3 sessions, 5 messages and 1 memories", migrated.Output, StringComparison.Ordinal);
        Assert.True(again.ExitCode == 0, again.Output);
        Assert.DoesNotContain("Adopted", again.Output, StringComparison.Ordinal);
        Assert.True(same.ExitCode == 0, same.Output);
    }

    [Fact]
    public async Task A_database_that_differs_keeps_the_service_from_starting()
    {
        await using var database = await TestDatabase.CloneTemplateAsync();
        await database.ExecuteAsync("ALTER TABLE dev.session_messages DROP COLUMN role");

        var refused = await RunAsync(database.ConnectionString, "--urls", "http://127.0.0.1:0");

        Assert.True(refused.ExitCode == 1, refused.Output);
        Assert.Contains("dev.session_messages.role: expected column of type character varying(50), found none", refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_language_that_the_database_does_not_know_keeps_the_service_from_starting()
    {
        await using var database = await TestDatabase.CloneTemplateAsync();

        var refused = await RunAsync(database.ConnectionString, "--urls", "http://127.0.0.1:0", "--Search:Language", "klingon");

        Assert.True(refused.ExitCode == 1, refused.Output);
        Assert.Contains("Search__Language", refused.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_server_keeps_a_service_from_starting_that_takes_it_for_a_sharded_database()
    {
        await using var database = await TestDatabase.CloneTemplateAsync();

        var refused = await RunAsync(database.ConnectionString, "--urls", "http://127.0.0.1:0", "--Database:Sharded", "true");

        Assert.True(refused.ExitCode == 1, refused.Output);
        Assert.Contains("Run the command 'schema distribute', or set Database__Sharded=false.", refused.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refused.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Hosst=1", "ConnectionStrings__SessionDb")]
    [InlineData("garbage", "ConnectionStrings__SessionDb")]
    [InlineData("Host=127.0.0.1;Port=1;Timeout=1", "ConnectionStrings__SessionDb")]
    [InlineData("Host=127.0.0.1", "Limits:MaxBodyBytes", "--Limits:MaxBodyBytes", "abc")]
    [InlineData("Host=127.0.0.1", "MaxJsonBytes", "--Limits:MaxJsonBytes", "0")]
    [InlineData("Host=127.0.0.1", "Identity:Mode", "--Identity:Mode", "Token")]
    [InlineData("Host=127.0.0.1", "migrate-typo", "migrate-typo")]
    public async Task A_mistake_of_the_operator_is_named_in_place_of_a_stack_trace(string connectionString, string named, params string[] arguments)
    {
        var refused = await RunAsync(connectionString, arguments);

        Assert.True(refused.ExitCode == 1, refused.Output);
        Assert.Contains(named, refused.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_mistakes_of_the_operator_are_named_at_once_and_no_secret_is_repeated()
    {
        var refused = await RunAsync(
            "Host=127.0.0.1",
            "--Identity:Mode", "Jwt",
            "--Identity:GatewaySecret", "swordfish",
            "--Identity:Jwt:SigningKey", "swordfish too",
            "--RateLimits:Requests", "-1",
            "--Cors:AllowedOrigins:0", "*",
            "--Limits:RequestTimeout", "00:00:00");

        Assert.True(refused.ExitCode == 1, refused.Output);
        string[] named = ["Identity:GatewaySecret", "Identity:Jwt:SigningKey", "Identity:Jwt:Issuer", "Identity:Jwt:Audience", "Requests", "Cors:AllowedOrigins", "RequestTimeout"];
        Assert.All(named, name => Assert.Contains(name, refused.Output, StringComparison.Ordinal));
        Assert.DoesNotContain("swordfish", refused.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_users_sessions_go_to_a_file_and_from_it_into_another_database()
    {
        await using var here = await TestDatabase.CloneTemplateAsync();
        await using var there = await TestDatabase.CloneTemplateAsync();
        var folder = Directory.CreateTempSubdirectory("session-service-");
        try
        {
            var (source, exported, again) = (Path.Combine(folder.FullName, "chats.jsonl"), Path.Combine(folder.FullName, "one.jsonl"), Path.Combine(folder.FullName, "two.jsonl"));
            await File.WriteAllTextAsync(source, """
                {"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Grüße 🦊"}]}
                {"messages": [{"role": "robot", "content": "Hello"}]}
                """);

            var wrong = await RunAsync(here.ConnectionString, "import", source, "--user", "a/b", "--on-error", "skip");
            var export = await RunAsync(here.ConnectionString, "export", "--user", "a/b", "--output", exported);
            var import = await RunAsync(there.ConnectionString, "import", exported, "--user", "a/b");
            var copy = await RunAsync(there.ConnectionString, "export", "--user", "a/b", "--output", again);
            var none = await RunAsync(here.ConnectionString, "export", "--user", "a/b", "--session", $"{Guid.NewGuid()}");
            var nobody = await RunAsync(here.ConnectionString, "export");
            var blank = await RunAsync(here.ConnectionString, "export", "--user", " ");
            var printed = await RunAsync(here.ConnectionString, "export", "--user", " a/b ");

            Assert.True(wrong.ExitCode == 1, wrong.Output);
            Assert.Contains("line 2: role: must be one of user, assistant, system, developer, tool (validation_failed)", wrong.Output, StringComparison.Ordinal);
            Assert.True(export.ExitCode == 0, export.Output);
            Assert.True(import.ExitCode == 0, import.Output);
            Assert.Contains("messages: 2 created, 0 unchanged, 0 failed", import.Output, StringComparison.Ordinal);
            Assert.True(copy.ExitCode == 0, copy.Output);
            Assert.Equal((await File.ReadAllLinesAsync(exported))[1..], (await File.ReadAllLinesAsync(again))[1..]);
            Assert.True(none.ExitCode == 1, none.Output);
            Assert.Contains("There is no such session.", none.Output, StringComparison.Ordinal);
            Assert.True(nobody.ExitCode == 1, nobody.Output);
            Assert.True(blank.ExitCode == 1, blank.Output);
            Assert.Contains("--user must be a user's id.", blank.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", blank.Output, StringComparison.Ordinal);
            // What is logged goes to standard error, which comes last here.
            var lines = await File.ReadAllLinesAsync(exported);
            Assert.Equal(lines[1..], printed.Output.Split('\n')[1..lines.Length]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task What_would_be_archived_is_printed_and_stays_as_it_is()
    {
        await using var database = await TestDatabase.CloneTemplateAsync();
        await database.ExecuteAsync(
            """
            INSERT INTO dev.sessions
                (user_id, session_id, status, conversation_data, metadata, session_summary, message_count, total_tokens, total_cost,
                 created_at, updated_at, last_activity)
            VALUES ('a b', 'a87a9d6e-4137-4d41-8ab8-a13c4abcc83e', 'active', '{}', '{}', '', 0, 0, 0, '2020-01-01Z', '2020-01-01Z', '2020-01-01Z')
            """);

        var dry = await RunAsync(database.ConnectionString, "archive", "--dry-run", "--Archival:ExpireAfter", "1.00:00:00");
        var before = await database.QueryAsync("SELECT status FROM dev.sessions");
        var run = await RunAsync(database.ConnectionString, "archive", "--Archival:ExpireAfter", "1.00:00:00");

        Assert.True(dry.ExitCode == 0, dry.Output);
        Assert.Equal("expire a%20b a87a9d6e-4137-4d41-8ab8-a13c4abcc83e active 2020-01-01T00:00:00.0000000Z\n", dry.Output);
        Assert.Equal(["active"], before);
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Equal(["expired"], await database.QueryAsync("SELECT status FROM dev.sessions"));
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string connectionString, params string[] arguments)
    {
        using var timeout = new CancellationTokenSource(Patience);
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["ConnectionStrings__SessionDb"] = connectionString, ["ASPNETCORE_ENVIRONMENT"] = "Production" },
        })!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var error = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return (process.ExitCode, await output + await error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
