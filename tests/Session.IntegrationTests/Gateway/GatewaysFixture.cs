namespace SessionService.IntegrationTests.Gateway;

/// <summary>Our gateway, and nginx where it is installed, in front of two services which tell what arrived.</summary>
public sealed class GatewaysFixture : IAsyncLifetime
{
    private GatewayProcess? _ours;
    private GatewayProcess? _nginx;

    public static IEnumerable<string> Names => Nginx.Path is null ? ["ours"] : ["ours", "nginx"];

    internal StubService Sessions { get; private set; } = null!;

    internal StubService Users { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Sessions = await StubService.StartAsync("sessions");
        Users = await StubService.StartAsync("users");
        _ours = await GatewayProcess.StartAsync(Sessions.Address, Users.Address);
        if (Nginx.Path is not null)
        {
            _nginx = await GatewayProcess.StartNginxAsync(Sessions.Address, Users.Address);
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var part in new IAsyncDisposable?[] { _ours, _nginx, Sessions, Users })
        {
            if (part is not null)
            {
                await part.DisposeAsync();
            }
        }
    }

    public Uri AddressOf(string gateway) => (gateway == "nginx" ? _nginx : _ours)!.Address;

    internal string OutputOfOurs => _ours!.Output;
}
