namespace SessionService.IntegrationTests.Faults;

public sealed class PatientFixture : OwnPostgresFixture
{
    protected override TimeSpan Patience => TimeSpan.FromSeconds(20);
}

public sealed class PatientPulseTests(PatientFixture service) : IClassFixture<PatientFixture>
{
    [Fact]
    public async Task A_server_that_takes_long_to_take_a_connection_is_not_lost_within_the_patience()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await service.Postgres.ExecuteAsync(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_is_in_recovery%' AND pid <> pg_backend_pid()");
        service.Postgres.Freeze();
        try
        {
            // Longer than requests wait for a connection.
            await Task.Delay(TimeSpan.FromSeconds(OwnPostgresFixture.SecondsToConnect + 1.5));
        }
        finally
        {
            service.Postgres.Thaw();
        }

        (await user.GetAsync(session)).Is(200);
        Assert.DoesNotContain(service.Logs.Entries, entry => entry.Message.Contains(" is lost: ", StringComparison.Ordinal));
    }
}
