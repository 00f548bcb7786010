using Npgsql;
using SessionService.Infrastructure.Persistence;
using SessionService.IntegrationTests.Databases;

namespace SessionService.IntegrationTests.Sharding;

/// <summary>Locks of users, by connections to two workers.</summary>
public sealed class UserLockRowsTests(ShardedFixture service) : IClassFixture<ShardedFixture>
{
    private const UserLockKind Derived = UserLockKind.Derived;

    private readonly string _user = $"locks-{Guid.NewGuid():N}";

    [CitusFact]
    public async Task A_lock_that_is_held_at_one_worker_is_waited_for_at_another()
    {
        var (one, other) = await WorkersAsync();

        // The first transaction adds the row, the others find one.
        for (var round = 0; round < 2; round++)
        {
            await using (var holder = await Holder.BeginAsync(one))
            {
                await holder.TakeAsync(_user);
                await using var waiting = await Holder.BeginAsync(other);
                await waiting.IsRefusedAsync(() => waiting.TakeAsync(_user));
                await using var sharing = await Holder.BeginAsync(other);
                await sharing.IsRefusedAsync(() => sharing.ShareAsync(_user));
                await holder.CommitAsync();
            }

            await using var next = await Holder.BeginAsync(other);
            await next.TakeAsync(_user);
            await next.CommitAsync();
        }
    }

    [CitusFact]
    public async Task A_lock_that_is_held_is_not_given_to_those_who_try()
    {
        var (one, other) = await WorkersAsync();
        for (var round = 0; round < 2; round++)
        {
            await using (var holder = await Holder.BeginAsync(one))
            {
                Assert.True(await holder.TryTakeAsync(_user));
                await using var trying = await Holder.BeginAsync(other);
                Assert.False(await trying.TryTakeAsync(_user));
                await holder.CommitAsync();
            }

            await using var next = await Holder.BeginAsync(other);
            Assert.True(await next.TryTakeAsync(_user));
        }
    }

    [CitusFact]
    public async Task A_lock_is_shared_at_two_workers_and_keeps_others_from_taking_it()
    {
        var (one, other) = await WorkersAsync();
        await AddRowAsync(one);
        await using var first = await Holder.BeginAsync(one);
        await first.ShareAsync(_user);
        await using var second = await Holder.BeginAsync(other);
        await second.ShareAsync(_user);

        await using var trying = await Holder.BeginAsync(other);
        Assert.False(await trying.TryTakeAsync(_user));
        await using var waiting = await Holder.BeginAsync(one);
        await waiting.IsRefusedAsync(() => waiting.TakeAsync(_user));
    }

    [CitusFact]
    public async Task Locks_of_other_users_and_of_another_kind_are_free()
    {
        var (one, other) = await WorkersAsync();
        await AddRowAsync(one);
        await using var holder = await Holder.BeginAsync(one);
        await holder.TakeAsync(_user);

        await using var another = await Holder.BeginAsync(other);
        Assert.True(await another.TryTakeAsync(_user, UserLockKind.Attachments));
        Assert.True(await another.TryTakeAsync($"{_user}-2"));
    }

    [CitusFact]
    public async Task Whoever_waits_for_a_row_that_an_erasure_removes_holds_the_lock_alone_afterwards()
    {
        var (one, other) = await WorkersAsync();
        await AddRowAsync(one);
        await using var waiting = await Holder.BeginAsync(other);
        Task taken;
        await using (var erasure = await Holder.BeginAsync(one))
        {
            await erasure.ExecuteAsync($"DELETE FROM dev.user_locks WHERE user_id = '{_user}'");
            taken = waiting.TakeAsync(_user);
            await using var trying = await Holder.BeginAsync(other);
            Assert.False(await trying.TryTakeAsync(_user));
            await erasure.CommitAsync();
        }

        await taken;
        await using var late = await Holder.BeginAsync(one);
        Assert.False(await late.TryTakeAsync(_user));
    }

    [CitusFact]
    public async Task An_erasure_leaves_no_row_of_the_user()
    {
        await using var database = new TestDatabase(service.ConnectionString);
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        (await user.PostAsync($"{session}/fork", "{}")).Is(201);
        (await user.DeleteAsync($"{session}/messages/1")).Is(200);
        var rows = $"SELECT count(*) FROM dev.user_locks WHERE user_id = '{user.UserId}'";
        Assert.Equal(["1"], await database.QueryAsync(rows));

        (await user.DeleteAsync($"/api/v1/users/{user.UserId}/data")).Is(200);

        Assert.Equal(["0"], await database.QueryAsync(rows));
    }

    private async Task<(string One, string Other)> WorkersAsync()
    {
        var workers = await CitusCluster.WorkersAsync(service.ConnectionString);
        return (workers[0], workers[1]);
    }

    private async Task AddRowAsync(string server)
    {
        await using var holder = await Holder.BeginAsync(server);
        await holder.TakeAsync(_user);
        await holder.CommitAsync();
    }

    /// <summary>A transaction at one server.</summary>
    private sealed class Holder : IAsyncDisposable
    {
        private readonly NpgsqlDataSource _dataSource;
        private readonly NpgsqlConnection _connection;
        private readonly NpgsqlTransaction _transaction;
        private readonly UserLockRows _locks;

        private Holder(NpgsqlDataSource dataSource, NpgsqlConnection connection, NpgsqlTransaction transaction)
        {
            (_dataSource, _connection, _transaction) = (dataSource, connection, transaction);
            _locks = new UserLockRows(new Database(dataSource));
        }

        private Sql Sql => new(_connection);

        public static async Task<Holder> BeginAsync(string server)
        {
            var dataSource = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server) { Pooling = false });
            var connection = await dataSource.OpenConnectionAsync();
            return new Holder(dataSource, connection, await connection.BeginTransactionAsync());
        }

        public Task TakeAsync(string user) => _locks.TakeAsync(Sql, user, Derived, CancellationToken.None);

        public Task ShareAsync(string user) => _locks.ShareAsync(Sql, user, Derived, CancellationToken.None);

        public Task<bool> TryTakeAsync(string user, UserLockKind kind = Derived) =>
            _locks.TryTakeAsync(Sql, user, kind, CancellationToken.None);

        /// <summary>Demands that a lock is not given within a moment.</summary>
        public async Task IsRefusedAsync(Func<Task> take)
        {
            await ExecuteAsync("SET LOCAL citus.propagate_set_commands = 'local'");
            await ExecuteAsync("SET LOCAL lock_timeout = '100ms'");
            var refusal = await Assert.ThrowsAsync<PostgresException>(take);
            Assert.Equal(PostgresErrorCodes.LockNotAvailable, refusal.SqlState);
        }

        public Task<int> ExecuteAsync(string text) => Sql.Statement(text).Unprepared().ExecuteAsync(CancellationToken.None);

        public Task CommitAsync() => _transaction.CommitAsync();

        public async ValueTask DisposeAsync()
        {
            await _transaction.DisposeAsync();
            await _connection.DisposeAsync();
            await _dataSource.DisposeAsync();
        }
    }
}
