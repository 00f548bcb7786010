using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Webhooks;

/// <summary>A service whose users and whose unnamed callers may have webhooks, also to receivers on this machine.</summary>
public class WebhooksFixture : ApiFixture
{
    public const string Webhooks = "/api/v1/webhooks";

    /// <summary>Longer than the machine may pause: an attempt that times out is made again.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    public static readonly KeyValuePair<string, string>[] Given =
    [
        KeyValuePair.Create("Webhooks:ForUsers", "true"),
        KeyValuePair.Create("Webhooks:ForUnnamedCallers", "true"),
        KeyValuePair.Create("Webhooks:AllowPrivateAddresses", "true"),
        KeyValuePair.Create("Webhooks:AllowHttp", "true"),
        KeyValuePair.Create("Webhooks:LookEvery", "00:00:00.1"),
        KeyValuePair.Create("Webhooks:Timeout", $"{Timeout}"),
        KeyValuePair.Create("Webhooks:EncryptionKey", Convert.ToBase64String(new byte[32])),
    ];

    protected override IEnumerable<KeyValuePair<string, string>> Settings => Given;

    // Receivers are on this machine.
    protected override bool LeavesHostsAlone => false;

    /// <summary>Makes a webhook and tells its path and secret.</summary>
    internal static async Task<(string Path, string Secret)> MakeAsync(ApiClient client, Receiver receiver, string more = "")
    {
        var made = (await client.PostAsync(Webhooks, $$"""{"url":"{{receiver.Url}}"{{more}}}""")).Is(201);
        return ($"{Webhooks}/{made.Text("webhook_id")}", made.Text("secret"));
    }
}
