using Npgsql;
using SessionService.Infrastructure.Persistence;

namespace SessionService.UnitTests.Persistence;

public sealed class DatabaseOptionsTests
{
    [Fact]
    public void What_the_connection_string_leaves_open_is_set()
    {
        var completed = new NpgsqlConnectionStringBuilder(DatabaseOptions.Complete("Host=db;Database=sessions"));

        Assert.Equal("db", completed.Host);
        Assert.Equal("sessions", completed.Database);
        Assert.Equal(DatabaseOptions.PoolSize, completed.MaxPoolSize);
        Assert.Equal(1, completed.Timeout);
        Assert.Equal(15, completed.CommandTimeout);
        Assert.Equal("session_service", completed.ApplicationName);
    }

    [Fact]
    public void What_the_connection_string_says_stays()
    {
        var completed = new NpgsqlConnectionStringBuilder(
            DatabaseOptions.Complete("Host=db;Maximum Pool Size=3;Timeout=2;Command Timeout=4;Application Name=other"));

        Assert.Equal(3, completed.MaxPoolSize);
        Assert.Equal(2, completed.Timeout);
        Assert.Equal(4, completed.CommandTimeout);
        Assert.Equal("other", completed.ApplicationName);
    }
}
