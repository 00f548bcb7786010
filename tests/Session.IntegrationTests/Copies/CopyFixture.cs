using System.Net.Http.Headers;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Identity;
using SessionService.IntegrationTests.Messages.Packed;

namespace SessionService.IntegrationTests.Copies;

/// <summary>A service that takes tokens, with tests that say themselves when messages are digested and packed.</summary>
public sealed class CopyFixture : PackingFixture
{
    private readonly List<HttpClient> _clients = [];

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        .. base.Settings,
        new("Identity:Mode", "Jwt"),
        new("Identity:Jwt:SigningKey", SharedKeyFixture.Key),
        new("Identity:Jwt:Issuer", Tokens.Issuer),
        new("Identity:Jwt:Audience", Tokens.Audience),
    ];

    /// <summary>A client with the token of a user.</summary>
    internal ApiClient WithTokenOf(string user) => new(NewHttp(SharedKeyFixture.Token(user)), user);

    /// <summary>A client with a token that may act for any user, in the name of one.</summary>
    internal ApiClient AsServiceFor(string user) =>
        new(NewHttp(SharedKeyFixture.Token("service", claims => claims["scope"] = "sessions:act-as-any")), user);

    public override async Task DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await base.DisposeAsync();
    }

    private HttpClient NewHttp(string token)
    {
        var http = CreateHttp();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        _clients.Add(http);
        return http;
    }
}
