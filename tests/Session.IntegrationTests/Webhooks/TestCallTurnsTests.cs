namespace SessionService.IntegrationTests.Webhooks;

/// <summary>A service that waits longer for a receiver than the tests do.</summary>
public sealed class PatientWebhooksFixture : WebhooksFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings => [.. base.Settings, new("Webhooks:Timeout", "00:01:00")];
}

public sealed class TestCallTurnsTests(PatientWebhooksFixture service) : IClassFixture<PatientWebhooksFixture>
{
    // A quarter of eight places.
    private const int ShareOfUser = 2;

    [Fact]
    public async Task Test_calls_of_one_user_leave_places_to_others()
    {
        await using var hanging = await Receiver.StartAsync();
        await using var prompt = await Receiver.StartAsync();
        var (ann, bob) = (service.AsNewUser(), service.AsNewUser());
        var released = new TaskCompletionSource();
        hanging.Answer = (_, _) => released.Task;
        var (ofAnn, _) = await WebhooksFixture.MakeAsync(ann, hanging);
        var (ofBob, _) = await WebhooksFixture.MakeAsync(bob, prompt);

        var calls = Enumerable.Range(0, 20).Select(_ => ann.PostAsync($"{ofAnn}/test", "{}")).ToList();
        await hanging.HasAsync(ShareOfUser);
        Assert.True((await bob.PostAsync($"{ofBob}/test", "{}")).Is(200).GetProperty("delivered").GetBoolean());
        Assert.Equal(ShareOfUser, hanging.All.Count);

        released.SetResult();
        Assert.All(await Task.WhenAll(calls), answer => answer.Is(200));
    }
}
