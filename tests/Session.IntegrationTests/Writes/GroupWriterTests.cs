using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Infrastructure.EmbeddedPostgres;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Writes;
using SessionService.IntegrationTests.Databases;

namespace SessionService.IntegrationTests.Writes;

/// <summary>The writer with a statement of the tests' own, which waits until it is let go, on connections to a real server.</summary>
public sealed class GroupWriterTests : IAsyncLifetime
{
    private const string UniqueViolation = "DO $$ BEGIN RAISE unique_violation; END $$";
    private const string Refusal = "DO $$ BEGIN RAISE check_violation; END $$";
    private const string HeldRow = "DO $$ BEGIN RAISE lock_not_available; END $$";
    private const string EndOfConnection = "SELECT pg_terminate_backend(pg_backend_pid())";

    private readonly Statement _statement = new();
    private readonly WriteOptions _options = new() { Writers = 1 };
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private GroupWriter<string, string>? _writer;
    private WriterDataSource? _dataSource;
    private DatabaseServer? _server;
    private DatabaseHosts? _hosts;

    public async Task InitializeAsync()
    {
        var connectionString = await TestPostgres.CreateEmptyDatabaseAsync();
        _server = new DatabaseServer(
            new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:SessionDb", connectionString)]).Build(),
            Options.Create(new EmbeddedPostgresOptions()),
            Options.Create(new ShardingOptions()),
            NullLogger<EmbeddedPostgresServer>.Instance);
        _hosts = new DatabaseHosts(
            _server, Options.Create(new PulseOptions { Patience = TimeSpan.FromSeconds(10) }), NullLogger<DatabasePulse>.Instance);
        _dataSource = new WriterDataSource(_hosts, Options.Create(_options), Options.Create(new ShardingOptions()));
    }

    public async Task DisposeAsync()
    {
        _statement.LetGo.TrySetResult();
        if (_writer is not null)
        {
            await _writer.DisposeAsync();
        }

        await _dataSource!.DisposeAsync();
        _hosts!.Dispose();
        await _server!.DisposeAsync();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task What_arrives_while_a_write_is_on_its_way_is_written_together()
    {
        var first = await StartFirstAsync();
        var others = Enumerable.Range(0, 5).Select(i => WriteAsync($"{i}")).ToList();

        _statement.LetGo.SetResult();

        Assert.Equal("made first", await first);
        Assert.Equal(["made 0", "made 1", "made 2", "made 3", "made 4"], await Task.WhenAll(others));
        Assert.Equal(["first", "0,1,2,3,4"], _statement.Groups);
    }

    [Fact]
    public async Task A_write_that_is_given_up_before_its_group_was_sent_is_not_made()
    {
        using var giveUp = new CancellationTokenSource();
        using var giveUpTooLate = new CancellationTokenSource();
        var first = await StartFirstAsync(giveUpTooLate.Token);
        var kept = WriteAsync("kept");
        var given = WriteAsync("given", giveUp.Token);

        await giveUp.CancelAsync();
        await giveUpTooLate.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        _statement.LetGo.SetResult();

        Assert.Equal("made first", await first);
        Assert.Equal("made kept", await kept);
        Assert.Equal(["first", "kept"], _statement.Groups);
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once()
    {
        _options.MaxQueue = 1;
        var first = await StartFirstAsync();
        var waiting = WriteAsync("waiting");

        await Assert.ThrowsAsync<WritesOverloadedException>(() => WriteAsync("one too many"));

        _statement.LetGo.SetResult();
        Assert.Equal("made first", await first);
        Assert.Equal("made waiting", await waiting);
    }

    [Fact]
    public async Task A_user_who_floods_the_queue_is_refused_and_another_is_not()
    {
        (_options.MaxQueue, _options.UserShare) = (4, 0.5);
        _statement.UserOf = write => write[..3];
        var first = await StartFirstAsync();
        var waiting = new[] { "ann 1", "ann 2" }.Select(write => WriteAsync(write)).ToList();

        await Assert.ThrowsAsync<WritesOverloadedException>(() => WriteAsync("ann 3"));
        var other = WriteAsync("bob 1");

        _statement.LetGo.SetResult();
        Assert.Equal(["made ann 1", "made ann 2"], await Task.WhenAll(waiting));
        Assert.Equal("made bob 1", await other);
        Assert.Equal("made first", await first);
    }

    [Fact]
    public async Task Disposing_makes_what_waits()
    {
        var first = await StartFirstAsync();
        var waiting = WriteAsync("waiting");

        var disposing = _writer!.DisposeAsync().AsTask();
        await Assert.ThrowsAsync<WritesOverloadedException>(() => WriteAsync("late"));
        _statement.LetGo.SetResult();
        await disposing;

        Assert.Equal("made first", await first);
        Assert.Equal("made waiting", await waiting);
    }

    [Fact]
    public async Task A_group_is_one_users_where_the_setting_says_so()
    {
        _options.OneUserAStatement = true;
        _statement.UserOf = write => write[..1];
        var first = await StartFirstAsync();
        var others = new[] { "a1", "b1", "a2", "b2" }.Select(write => WriteAsync(write)).ToList();

        _statement.LetGo.SetResult();
        await Task.WhenAll([first, .. others]);

        Assert.Equal(["first", "a1,a2", "b1,b2"], _statement.Groups);
    }

    [Fact]
    public async Task A_write_at_fault_harms_no_other()
    {
        _statement.Fails = group => group.Contains("wrong", StringComparison.Ordinal) ? Refusal : null;
        var first = await StartFirstAsync();
        var before = WriteAsync("before");
        var wrong = WriteAsync("wrong");
        var after = WriteAsync("after");

        _statement.LetGo.SetResult();

        Assert.Equal("made before", await before);
        Assert.Equal(PostgresErrorCodes.CheckViolation, (await Assert.ThrowsAsync<PostgresException>(() => wrong)).SqlState);
        Assert.Equal("made after", await after);
        Assert.Equal("made first", await first);
        Assert.Equal(["first", "before,wrong,after", "before", "wrong", "after"], _statement.Groups);
    }

    [Fact]
    public async Task A_row_that_somebody_holds_is_waited_for_once_by_all_its_writes_and_by_no_others()
    {
        _statement.RowOf = write => new Guid(write[0], 0, 0, new byte[8]);
        _statement.Fails = group => group.Contains("held", StringComparison.Ordinal) ? HeldRow : null;
        var first = await StartFirstAsync();
        var held = new[] { "held 1", "held 2", "held 3" }.Select(write => WriteAsync(write)).ToList();
        var others = new[] { "a1", "b", "a2" }.Select(write => WriteAsync(write)).ToList();

        _statement.LetGo.SetResult();

        foreach (var write in held)
        {
            Assert.Equal(PostgresErrorCodes.LockNotAvailable, (await Assert.ThrowsAsync<PostgresException>(() => write)).SqlState);
        }

        Assert.Equal(["made a1", "made b", "made a2"], await Task.WhenAll(others));
        Assert.Equal("made first", await first);
        Assert.Equal(["first", "held 1,held 2,held 3,a1,b,a2", "held 1,held 2,held 3", "a1,a2", "b"], _statement.Groups);
    }

    [Fact]
    public async Task A_group_that_met_another_transaction_is_made_once_more_as_it_is()
    {
        var failures = 1;
        _statement.Fails = group => group == "a,b" && Interlocked.Decrement(ref failures) >= 0 ? UniqueViolation : null;
        var first = await StartFirstAsync();
        var both = Task.WhenAll(WriteAsync("a"), WriteAsync("b"));

        _statement.LetGo.SetResult();

        Assert.Equal("made first", await first);
        Assert.Equal(["made a", "made b"], await both);
        Assert.Equal(["first", "a,b", "a,b"], _statement.Groups);
    }

    [Fact]
    public async Task A_connection_that_the_server_ended_before_the_write_is_replaced()
    {
        var failures = 1;
        _statement.Fails = _ => Interlocked.Decrement(ref failures) >= 0 ? EndOfConnection : null;

        var write = await StartFirstAsync();
        _statement.LetGo.SetResult();

        Assert.Equal("made first", await write);
    }

    [Fact]
    public async Task A_writer_survives_whatever_its_statement_throws()
    {
        _statement.Fails = group => group == "first" ? throw new InvalidOperationException("A mistake.") : null;
        var first = await StartFirstAsync();
        _statement.LetGo.SetResult();

        await Assert.ThrowsAsync<InvalidOperationException>(() => first);
        Assert.Equal("made next", await WriteAsync("next"));
    }

    [Fact]
    public async Task Without_coalescing_every_write_is_made_alone_and_none_waits()
    {
        _options.Coalesce = false;
        _statement.LetGo.SetResult();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => WriteAsync($"{i}")));

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"made {i}"), outcomes);
        Assert.Equal(20, _statement.Groups.Count);
    }

    /// <summary>Begins a write which is on its way until the statement is let go.</summary>
    private async Task<Task<string>> StartFirstAsync(CancellationToken cancellationToken = default)
    {
        var first = WriteAsync("first", cancellationToken);
        await _statement.Began.Task;
        return first;
    }

    private Task<string> WriteAsync(string write, CancellationToken cancellationToken = default)
    {
        _writer ??= new GroupWriter<string, string>(
            _statement, _dataSource!, Options.Create(_options), new WriteMetrics(_services.GetRequiredService<IMeterFactory>()), TimeProvider.System, NullLogger<GroupWriter<string, string>>.Instance);
        return _writer.WriteAsync(write, cancellationToken);
    }

    private sealed class Statement : IGroupStatement<string, string>
    {
        public TaskCompletionSource Began { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource LetGo { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ConcurrentQueue<string> Groups { get; } = new();

        public WriteKind Kind => WriteKind.Append;

        public Func<string, string> UserOf { get; set; } = _ => "";

        public Func<string, Guid?> RowOf { get; set; } = _ => null;

        /// <summary>The statement to execute in place of the group's, if it is to fail.</summary>
        public Func<string, string?> Fails { get; set; } = _ => null;

        string IGroupStatement<string, string>.UserOf(string write) => UserOf(write);

        public long SizeOf(string write) => write.Length;

        Guid? IGroupStatement<string, string>.RowOf(string write) => RowOf(write);

        public Predicate<string> NewAdmission() => _ => true;

        public bool IsMade(string outcome) => true;

        public async Task<string[]> ExecuteAsync(NpgsqlConnection connection, IReadOnlyList<string> writes, CancellationToken cancellationToken)
        {
            var group = string.Join(',', writes);
            Groups.Enqueue(group);
            Began.TrySetResult();
            await LetGo.Task.WaitAsync(cancellationToken);
#pragma warning disable CA2100 // Constants of this test.
            await using var command = new NpgsqlCommand(Fails(group) ?? "SELECT 1", connection);
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync(cancellationToken);
            return [.. writes.Select(write => $"made {write}")];
        }
    }
}
