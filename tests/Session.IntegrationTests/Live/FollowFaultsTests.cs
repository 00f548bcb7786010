using SessionService.IntegrationTests.Faults;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Live;

public sealed class FollowFaultsTests(OwnPostgresFixture service) : IClassFixture<OwnPostgresFixture>
{
    private readonly ApiClient _user = service.AsNewUser();

    [Fact]
    public async Task A_stream_outlasts_the_end_of_all_connections_and_a_crash_of_the_database()
    {
        var session = await _user.StartSessionAsync();
        using var ofSession = await EventStream.OpenAsync(service, _user.UserId, $"{session}/events");
        using var ofUser = await EventStream.OpenAsync(service, _user.UserId, $"/api/v1/users/{_user.UserId}/events");
        await ofSession.NextAsync();
        await ofUser.NextAsync();
        await AssertToldAsync(ofSession, ofUser, await WriteAsync(session));

        await service.Postgres.EndConnectionsAsync();
        await AssertToldAsync(ofSession, ofUser, await WriteAsync(session));

        service.Postgres.Kill();
        await service.Postgres.StartAgainAsync();
        await AssertToldAsync(ofSession, ofUser, await WriteAsync(session));

        await service.Postgres.StopAsync();
        await service.Postgres.StartAsync();
        await AssertToldAsync(ofSession, ofUser, await WriteAsync(session));
    }

    private static async Task AssertToldAsync(EventStream ofSession, EventStream ofUser, long sequence)
    {
        Assert.Equal(sequence, (await ofSession.NextOfAsync("message")).Sequence);
        Assert.Equal(sequence, (await ofUser.NextOfAsync("message")).Sequence);
    }

    private async Task<long> WriteAsync(string session) =>
        (await _user.WriteOnceAsync($"{session}/messages", """{"role":"user","content":"Hello"}""")).Number("sequence");
}
