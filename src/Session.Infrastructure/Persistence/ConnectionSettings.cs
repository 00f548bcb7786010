using Npgsql;

namespace SessionService.Infrastructure.Persistence;

internal static class ConnectionSettings
{
    /// <summary>
    /// Sets something on every new connection of a data source. It stays on a connection that is given back, as connections are not reset
    /// (see <see cref="DatabaseOptions"/>).
    /// </summary>
    public static NpgsqlDataSourceBuilder UseSettings(this NpgsqlDataSourceBuilder builder, string statements) =>
        builder.UsePhysicalConnectionInitializer(
            connection =>
            {
                using var command = Command(statements, connection);
                command.ExecuteNonQuery();
            },
            async connection =>
            {
                await using var command = Command(statements, connection);
                await command.ExecuteNonQueryAsync();
            });

#pragma warning disable CA2100 // Constants of the data sources.
    private static NpgsqlCommand Command(string statements, NpgsqlConnection connection) => new(statements, connection);
#pragma warning restore CA2100
}
