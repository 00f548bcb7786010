using Npgsql;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Gateway;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Startup;

/// <summary>Every failure to start ends in one line that says what is wrong and what to do.</summary>
public sealed class StartFailureTests : IDisposable
{
    private const string AnyPort = "http://127.0.0.1:0";
    private const string Database = "ConnectionStrings__SessionDb";
    private const string DataDirectory = "EmbeddedPostgres__DataDirectory";

    // Open to others, unlike a temporary directory: as root PostgreSQL runs as another user.
    private readonly DirectoryInfo _folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"session-start-{Guid.NewGuid():N}"));

    public static TheoryData<string> Environments => ["Production", "Development"];

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Environments))]
    public async Task A_port_that_is_taken_is_named(string environment)
    {
        await using var other = await StubService.StartAsync("other");
        await using var database = await TestDatabase.CloneTemplateAsync();
        var says = $"Failed to bind to address {other.Address.ToString().TrimEnd('/')}: address already in use.";
        var address = other.Address.ToString();

        var embedded = await ServiceAsync(environment, address, (DataDirectory, Path.Combine(_folder.FullName, "data")));
        var external = await ServiceAsync(environment, address, (Database, database.ConnectionString));
        var gateway = await ProgramRun.OfGatewayAsync([("ASPNETCORE_ENVIRONMENT", environment)], "--urls", address);

        embedded.FailsToStart("The service cannot listen", says, "--urls");
        external.FailsToStart("The service cannot listen", says, "--urls");
        gateway.FailsToStart("The gateway cannot listen", says, "--urls");
    }

    [Fact]
    public async Task An_address_of_another_machine_is_refused()
    {
        await using var database = await TestDatabase.CloneTemplateAsync();
        const string Foreign = "http://192.0.2.1:8205";

        (await ServiceAsync("Production", Foreign, (Database, database.ConnectionString))).FailsToStart("The service cannot listen", "--urls");
        (await ProgramRun.OfGatewayAsync([], "--urls", Foreign)).FailsToStart("The gateway cannot listen", "--urls");
    }

    [Theory]
    [MemberData(nameof(Environments))]
    public async Task A_path_that_is_no_directory_is_named(string environment)
    {
        var file = Path.Combine(_folder.FullName, "file");
        await File.WriteAllTextAsync(file, "");

        (await ServiceAsync(environment, AnyPort, (DataDirectory, file))).FailsToStart(file, "is a file", DataDirectory);
        (await ServiceAsync(environment, AnyPort, (DataDirectory, Path.Combine(file, "data")))).FailsToStart($"{file} is a file", DataDirectory);
    }

    [Fact]
    public async Task A_directory_that_cannot_be_written_is_named()
    {
        // Nobody can make a directory there, not even root.
        const string Unwritable = "/proc/session-service";

        (await ServiceAsync("Production", AnyPort, (DataDirectory, Unwritable)))
            .FailsToStart($"{Unwritable} cannot hold the embedded PostgreSQL", DataDirectory);
    }

    [Theory]
    [MemberData(nameof(Environments))]
    public async Task A_second_start_on_a_directory_says_that_another_process_runs_there(string environment)
    {
        var data = Path.Combine(_folder.FullName, "data");
        await using var first = new ServiceProcess((DataDirectory, data));
        await first.StartAsync();

        var second = await ServiceAsync(environment, AnyPort, (DataDirectory, data));

        second.FailsToStart("Another process runs", $"in {data}", DataDirectory);
        (await first.As("u").GetAsync("/health/ready")).Is(200);
    }

    [Theory]
    [InlineData("nowhere.invalid", null, null, "host is not known")]
    [InlineData("127.0.0.1:1", null, null, "Failed to connect to 127.0.0.1:1 (Connection refused)")]
    [InlineData(null, "swordfish", null, "password authentication failed for user")]
    [InlineData(null, null, "session_nowhere", "database \"session_nowhere\" does not exist")]
    public async Task A_database_that_cannot_be_used_is_named(string? host, string? password, string? name, string says)
    {
        await using var database = await TestDatabase.CloneTemplateAsync();
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        connection.Host = host ?? connection.Host;
        connection.Password = password ?? connection.Password;
        connection.Database = name ?? connection.Database;

        var run = await ServiceAsync("Production", AnyPort, (Database, connection.ConnectionString));

        run.FailsToStart("The database that ConnectionStrings__SessionDb names cannot be used", says);
        Assert.DoesNotContain("swordfish", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_schema_that_differs_is_described_in_one_line()
    {
        await using var database = await TestDatabase.CloneTemplateAsync();
        await database.ExecuteAsync("ALTER TABLE dev.session_messages DROP COLUMN role; ALTER TABLE dev.sessions ADD extra text");

        var run = await ServiceAsync("Production", AnyPort, (Database, database.ConnectionString));

        run.FailsToStart("dev.session_messages.role: expected column of type", "'schema migrate'");
    }

    [Fact]
    public async Task All_settings_of_the_service_that_are_wrong_are_named_with_what_is_allowed()
    {
        var run = await ServiceAsync(
            "Production",
            AnyPort,
            ("Identity__Mode", "Jtw"),
            ("Identity__GatewaySecret", "swordfish"),
            ("Limits__MaxBodyBytes", "abc"),
            ("Limits__RequestTimeout", "00:00:00"),
            ("Writes__Coalesce", "maybe"),
            ("Digest__Share", "2"),
            ("Embeddings__BaseAddress", "http://localhost"),
            ("Logging__LogLevel__Default", "Loud"),
            (Database, "garbage"));

        run.FailsToStart(
            "Identity__Mode must be TrustedHeader, Jwt or ApiKey, but is 'Jtw'.",
            "Identity__GatewaySecret must be 32 to 512 printable ASCII characters",
            "Limits__MaxBodyBytes must be a whole number from 1024 to 1073741824, but is 'abc'.",
            "Limits__RequestTimeout must be a time span (days.hours:minutes:seconds) from 00:00:01 to 01:00:00, but is '00:00:00'.",
            "Writes__Coalesce must be true or false, but is 'maybe'.",
            "Digest__Share must be a number from 0.01 to 1, but is '2'.",
            "Embeddings__Model must be given with Embeddings__BaseAddress.",
            "Logging__LogLevel__Default must be Trace, Debug, Information, Warning, Error, Critical or None, but is 'Loud'.",
            "ConnectionStrings__SessionDb is no connection string");
        Assert.DoesNotContain("swordfish", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_settings_of_the_gateway_that_are_wrong_are_named_with_what_is_allowed()
    {
        var run = await ProgramRun.OfGatewayAsync(
            [
                ("Identity__Mode", "Jtw"),
                ("Identity__Jwt__ClockSkew", "soon"),
                ("ReverseProxy__Clusters__sessions__HttpRequest__ActivityTimeout", "abc"),
                ("ReverseProxy__Clusters__sessions__HealthCheck__Active__Enabled", "maybe"),
                ("ReverseProxy__Clusters__users__Destinations__a__Address", "localhost"),
            ],
            "--urls", "garbage");

        run.FailsToStart(
            "Identity__Mode must be TrustedHeader, Jwt or ApiKey, but is 'Jtw'.",
            "Identity__Jwt__ClockSkew must be a time span (days.hours:minutes:seconds), but is 'soon'.",
            "ReverseProxy__Clusters__sessions__HttpRequest__ActivityTimeout must be a time span (days.hours:minutes:seconds), but is 'abc'.",
            "ReverseProxy__Clusters__sessions__HealthCheck__Active__Enabled must be true or false, but is 'maybe'.",
            "ReverseProxy__Clusters__users__Destinations__a__Address must be an http or https address",
            "Invalid url: 'garbage'.");
    }

    [Theory]
    [InlineData("'--bogus'", "--bogus")]
    [InlineData("did you mean --urls?", "--url", "http://localhost:1")]
    [InlineData("did you mean --Identity:Mode?", "--Identity:Mod=Jwt")]
    [InlineData("'/x'", "/x=1")]
    [InlineData("--urls needs a value", "--urls")]
    public async Task An_argument_that_is_not_known_is_an_error_with_a_suggestion(string says, params string[] arguments)
    {
        (await ProgramRun.OfServiceAsync([], arguments)).FailsToStart(says);
        (await ProgramRun.OfGatewayAsync([], arguments)).FailsToStart(says);
    }

    private static Task<ProgramRun> ServiceAsync(string environment, string address, params (string Name, string Value)[] settings) =>
        ProgramRun.OfServiceAsync([.. settings, ("ASPNETCORE_ENVIRONMENT", environment)], "--urls", address);
}
