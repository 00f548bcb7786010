using Microsoft.EntityFrameworkCore;
using Npgsql;
using Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure;

namespace SessionService.Infrastructure.Persistence;

public static class SessionDbContextOptionsExtensions
{
    /// <summary>PostgreSQL, with the history of the migrations in the schema of the tables.</summary>
    public static DbContextOptionsBuilder<TContext> UseSessionTables<TContext>(
        this DbContextOptionsBuilder<TContext> options, string connectionString)
        where TContext : DbContext =>
        options.UseNpgsql(connectionString, Configure);

    /// <inheritdoc cref="UseSessionTables{TContext}(DbContextOptionsBuilder{TContext}, string)"/>
    public static DbContextOptionsBuilder UseSessionTables(
        this DbContextOptionsBuilder options, NpgsqlDataSource dataSource, Action<NpgsqlDbContextOptionsBuilder>? configure = null) =>
        options.UseNpgsql(dataSource, npgsql =>
        {
            Configure(npgsql);
            configure?.Invoke(npgsql);
        });

    /// <inheritdoc cref="UseSessionTables{TContext}(DbContextOptionsBuilder{TContext}, string)"/>
    public static DbContextOptionsBuilder UseSessionTables(this DbContextOptionsBuilder options, NpgsqlConnection connection) =>
        options.UseNpgsql(connection, Configure);

    private static void Configure(NpgsqlDbContextOptionsBuilder npgsql) =>
        npgsql.SetPostgresVersion(15, 0).MigrationsHistoryTable(SessionDbContext.MigrationsHistoryTable, SessionDbContext.Schema);
}
