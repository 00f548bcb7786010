using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Logging;
using Npgsql;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Schema;

/// <summary>Brings the database to the newest migration.</summary>
/// <remarks>
/// Takes the data source rather than a context: the lock, the migrations and their notices share one connection. If it breaks, the
/// lock goes with the migration that it protects, and a pool of one is enough.
/// </remarks>
public sealed partial class SchemaMigrator(NpgsqlDataSource dataSource, ILogger<SchemaMigrator> logger)
{
    /// <summary>
    /// Applies the pending migrations in one transaction: all or none. Many instances may call it at once; one migrates, the others
    /// wait for it and find nothing left to do.
    /// </summary>
    /// <exception cref="SchemaMigrationException">PostgreSQL, or a check of the adoption, refused; nothing has changed.</exception>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        connection.Notice += ForwardNotice;
        try
        {
            await DemandCoordinatorAsync(new Sql(connection), cancellationToken);
            await MigrateAsync(connection, cancellationToken);
        }
        catch (PostgresException exception)
        {
            throw new SchemaMigrationException(exception.MessageText, exception);
        }
        finally
        {
            connection.Notice -= ForwardNotice;
        }
    }

    // At a worker the tables of a migration would be on that server alone.
    private static async Task DemandCoordinatorAsync(Sql sql, CancellationToken cancellationToken)
    {
        if (await sql.Statement(SchemaDistributor.FindCitus).Unprepared().ValueAsync<string>(cancellationToken) is not null
            && !await sql.Statement(SchemaDistributor.IsCoordinator).Unprepared().ValueAsync<bool>(cancellationToken))
        {
            throw new SchemaMigrationException("The server is a worker. Run the command on the coordinator.");
        }
    }

    private static async Task MigrateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var options = new DbContextOptionsBuilder<SessionDbContext>();
        options.UseSessionTables(connection);

        // The warning is that EF takes no lock of its own inside a transaction: the advisory lock stands in for it.
        options.ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.MigrationsUserTransactionWarning));

        await using var context = new SessionDbContext(options.Options);

        // A large database takes its time.
        context.Database.SetCommandTimeout(TimeSpan.Zero);

        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        await context.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({AdvisoryLocks.SchemaMigration})", cancellationToken);

        await UseOneConnectionToEachServerAsync(context, cancellationToken);
        await CreateHistoryAsync(context, cancellationToken);
        await context.Database.MigrateAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    // Citus changes the parts of a table side by side, on several connections, and refuses that in a transaction that has written to a
    // reference table, as to the history.
    private static Task<int> UseOneConnectionToEachServerAsync(SessionDbContext context, CancellationToken cancellationToken) =>
        context.Database.ExecuteSqlRawAsync(
            "SELECT set_config('citus.multi_shard_modify_mode', 'sequential', true) FROM pg_extension WHERE extname = 'citus'",
            cancellationToken);

    // EF would learn from a failing query that there is no history, which a transaction does not survive.
    private static async Task CreateHistoryAsync(SessionDbContext context, CancellationToken cancellationToken)
    {
        // Not CREATE SCHEMA IF NOT EXISTS: that needs the right to create schemas even where there is nothing to create.
        await context.Database.ExecuteSqlRawAsync(
            $"""
            DO $$ BEGIN
                IF to_regnamespace('{SessionDbContext.Schema}') IS NULL THEN CREATE SCHEMA {SessionDbContext.Schema}; END IF;
            END $$
            """,
            cancellationToken);
        await context.Database.ExecuteSqlRawAsync(context.GetService<IHistoryRepository>().GetCreateIfNotExistsScript(), cancellationToken);
    }

    private void ForwardNotice(object sender, NpgsqlNoticeEventArgs args)
    {
        if (string.Equals(args.Notice.InvariantSeverity, "WARNING", StringComparison.Ordinal))
        {
            LogWarning(args.Notice.MessageText);
        }
        else if (string.Equals(args.Notice.SqlState, PostgresErrorCodes.SuccessfulCompletion, StringComparison.Ordinal))
        {
            // Others are PostgreSQL's own "already exists, skipping".
            LogNotice(args.Notice.MessageText);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Database: {Message}")]
    private partial void LogWarning(string message);

    [LoggerMessage(2, LogLevel.Information, "Database: {Message}")]
    private partial void LogNotice(string message);
}
