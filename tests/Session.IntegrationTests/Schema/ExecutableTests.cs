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
            "--Limits:RequestSeconds", "0");

        Assert.True(refused.ExitCode == 1, refused.Output);
        string[] named = ["Identity:GatewaySecret", "Identity:Jwt:SigningKey", "Identity:Jwt:Issuer", "Identity:Jwt:Audience", "Requests", "Cors:AllowedOrigins", "RequestSeconds"];
        Assert.All(named, name => Assert.Contains(name, refused.Output, StringComparison.Ordinal));
        Assert.DoesNotContain("swordfish", refused.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refused.Output, StringComparison.Ordinal);
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
