using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SessionService.Infrastructure;

namespace SessionService.IntegrationTests.Databases;

public sealed class ConnectionSettingsTests
{
    [Fact]
    public async Task A_transaction_that_an_instance_left_open_is_ended_by_the_server_also_on_a_connection_used_again()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("ConnectionStrings:SessionDb", await TestPostgres.CreateEmptyDatabaseAsync())])
            .Build();
        await using var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(configuration).AddDatabase().BuildServiceProvider();
        var dataSource = services.GetRequiredService<NpgsqlDataSource>();

        for (var use = 0; use < 2; use++)
        {
            await using var command = dataSource.CreateCommand("SHOW idle_in_transaction_session_timeout");
            Assert.Equal("10s", await command.ExecuteScalarAsync());
        }
    }
}
