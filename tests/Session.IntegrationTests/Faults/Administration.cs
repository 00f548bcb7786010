using Npgsql;

namespace SessionService.IntegrationTests.Faults;

/// <summary>What a superuser does to a server, on a connection made for it.</summary>
internal static class Administration
{
    public static async Task<object?> ExecuteAsync(string server, string sql)
    {
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync();
#pragma warning disable CA2100 // Constants of the tests.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync();
    }
}
