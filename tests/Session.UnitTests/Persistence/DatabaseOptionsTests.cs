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
        Assert.Equal(1, completed.HostRecheckSeconds);
        Assert.Equal("session_service", completed.ApplicationName);
    }

    [Fact]
    public void Which_host_is_asked_for_is_not_left_to_the_connection_string()
    {
        var completed = new NpgsqlConnectionStringBuilder(DatabaseOptions.Complete("Host=a,b:5433;Target Session Attributes=standby"));

        Assert.Equal("a,b:5433", completed.Host);
        Assert.Null(completed.TargetSessionAttributes);
    }

    [Fact]
    public void Connections_to_a_sharded_database_take_longer_to_open_and_stay_open()
    {
        var completed = new NpgsqlConnectionStringBuilder(DatabaseOptions.Complete("Host=db;Maximum Pool Size=3", isSharded: true));

        Assert.Equal(3, completed.Timeout);
        Assert.Equal(3, completed.MinPoolSize);
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
