using SessionService.Hosting.Identity;

namespace SessionService.UnitTests.Identity;

public sealed class IdentityOptionsTests
{
    private static readonly string Secret = new('s', 32);

    [Fact]
    public void By_default_the_header_is_trusted()
    {
        var options = new IdentityOptions();

        Assert.Equal(IdentityMode.TrustedHeader, options.Mode);
        Assert.True(options.RequireUser);
        Assert.Null(options.GatewaySecret);
        Assert.Empty(Failures(options));
    }

    [Theory]
    [InlineData(31, false)]
    [InlineData(32, true)]
    [InlineData(512, true)]
    [InlineData(513, false)]
    public void A_gateway_secret_has_a_length_that_cannot_be_guessed(int length, bool valid)
    {
        var failures = Failures(new IdentityOptions { GatewaySecret = new string('s', length) });

        Assert.Equal(valid, failures.Count == 0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a secret with blanks in it, of 32 characters")]
    [InlineData("a-secret-with-a-line-break-in-it\n")]
    [InlineData("ein-geheimnis-mit-umlauten-äöü-darin")]
    public void A_gateway_secret_that_no_header_carries_is_refused_and_not_repeated(string secret)
    {
        var failure = Assert.Single(Failures(new IdentityOptions { GatewaySecret = secret }));

        Assert.Contains("Identity:GatewaySecret", failure, StringComparison.Ordinal);
        Assert.True(secret.Length == 0 || !failure.Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var failures = Failures(new IdentityOptions
        {
            Mode = IdentityMode.Jwt,
            GatewaySecret = "short",
            Jwt = new JwtOptions
            {
                Authority = "http://issuer.example.com",
                SigningKey = "short too",
                Algorithms = ["none"],
                UserClaim = " ",
                ActAsAnyScope = "two scopes",
                ClockSkew = TimeSpan.FromSeconds(301),
            },
        });

        string[] named =
        [
            "GatewaySecret", "One of", "Authority must", "SigningKey must", "Issuer", "Audience", "Algorithms", "UserClaim", "ActAsAnyScope", "ClockSkew",
        ];
        Assert.Equal(named.Length, failures.Count);
        Assert.All(named, name => Assert.Contains(failures, failure => failure.Contains(name, StringComparison.Ordinal)));
        Assert.DoesNotContain(failures, failure => failure.Contains("short", StringComparison.Ordinal));
    }

    [Fact]
    public void Tokens_are_nobodys_business_where_none_are_taken() => Assert.Empty(Failures(new IdentityOptions { Jwt = new JwtOptions { SigningKey = "short" } }));

    [Fact]
    public void A_shared_key_or_an_issuer_is_enough()
    {
        Assert.Empty(Failures(Jwt(jwt => { jwt.SigningKey = Secret; jwt.Issuer = "issuer"; })));
        Assert.Empty(Failures(Jwt(jwt => jwt.Authority = "https://issuer.example.com/realm")));
        Assert.Empty(Failures(Jwt(jwt => jwt.MetadataAddress = "https://issuer.example.com/metadata")));
        Assert.Empty(Failures(Jwt(jwt => { jwt.Authority = "http://127.0.0.1:1"; jwt.RequireHttps = false; })));
    }

    [Theory]
    [InlineData("HS256", 32, true)]
    [InlineData("HS384", 47, false)]
    [InlineData("HS384", 48, true)]
    [InlineData("HS512", 63, false)]
    [InlineData("HS512", 64, true)]
    [InlineData("RS256", 64, false)]
    [InlineData("none", 64, false)]
    public void A_shared_key_is_as_long_as_its_hash_and_goes_with_no_other_algorithm(string algorithm, int length, bool valid)
    {
        var failures = Failures(Jwt(jwt =>
        {
            jwt.SigningKey = new string('k', length);
            jwt.Issuer = "issuer";
            jwt.Algorithms = [algorithm];
        }));

        Assert.Equal(valid, failures.Count == 0);
    }

    [Theory]
    [InlineData("RS256", true)]
    [InlineData("PS512", true)]
    [InlineData("ES384", true)]
    [InlineData("HS256", false)]
    [InlineData("none", false)]
    [InlineData("rs256", false)]
    public void A_published_key_goes_with_no_shared_keys_algorithm(string algorithm, bool valid)
    {
        var failures = Failures(Jwt(jwt =>
        {
            jwt.Authority = "https://issuer.example.com";
            jwt.Algorithms = [algorithm];
        }));

        Assert.Equal(valid, failures.Count == 0);
    }

    private static IdentityOptions Jwt(Action<JwtOptions> set)
    {
        var jwt = new JwtOptions { Audience = "sessions" };
        set(jwt);
        return new IdentityOptions { Mode = IdentityMode.Jwt, Jwt = jwt };
    }

    private static List<string> Failures(IdentityOptions options) => [.. new IdentityOptionsValidator().Validate(name: null, options).Failures ?? []];
}
