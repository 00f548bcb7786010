using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace SessionService.IntegrationTests.Identity;

/// <summary>An issuer on the loopback interface that publishes one key, and may change it, be slow or be away.</summary>
internal sealed class StubIssuer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _requests;

    private StubIssuer(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    public RSA Key { get; private set; } = RSA.Create(2048);

    public string KeyId { get; private set; } = "first";

    /// <summary>How often its metadata were asked for.</summary>
    public int Requests => _requests;

    /// <summary>Completes when it may answer.</summary>
    public Task Answers { get; set; } = Task.CompletedTask;

    public bool IsAway { get; set; }

    public static async Task<StubIssuer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var issuer = new StubIssuer(builder.Build());
        issuer._app.MapGet("/.well-known/openid-configuration", issuer.MetadataAsync);
        issuer._app.MapGet("/keys", () => Results.Text(issuer.Keys(), "application/json"));
        await issuer._app.StartAsync();
        return issuer;
    }

    public void ChangeKey(string keyId)
    {
        Key = RSA.Create(2048);
        KeyId = keyId;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task<IResult> MetadataAsync()
    {
        Interlocked.Increment(ref _requests);
        await Answers;
        return IsAway
            ? Results.StatusCode(StatusCodes.Status500InternalServerError)
            : Results.Text($$"""{"issuer":"{{Tokens.Issuer}}","jwks_uri":"{{Address}}/keys"}""", "application/json", Encoding.UTF8);
    }

    private string Keys()
    {
        var key = Key.ExportParameters(includePrivateParameters: false);
        return $$"""{"keys":[{"kty":"RSA","use":"sig","kid":"{{KeyId}}","n":"{{Tokens.Encode(key.Modulus)}}","e":"{{Tokens.Encode(key.Exponent)}}"}]}""";
    }
}
