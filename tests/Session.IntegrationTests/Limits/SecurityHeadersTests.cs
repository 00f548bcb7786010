using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Limits;

// That every answer has the headers that all have, every test checks (see DeclaredAnswers).
public sealed partial class SecurityHeadersTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [GeneratedRegex("<script", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Script { get; }

    [GeneratedRegex("<style|<link rel=\"stylesheet\"", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Style { get; }

    [GeneratedRegex("(src|href)=\"(?<file>[^\"]+)\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Source { get; }

    [Fact]
    public async Task The_page_for_trying_the_API_loads_its_own_files_and_is_let_do_no_more()
    {
        var page = await service.AsNobody().GetAsync("/swagger/index.html");

        Assert.Equal(200, page.Status);
        Assert.Contains("script-src 'self';", page.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        var files = Source.Matches(page.Text).Select(match => match.Groups["file"].Value).ToList();
        Assert.Equal(Script.Count(page.Text) + Style.Count(page.Text), files.Count(file => !file.EndsWith(".png", StringComparison.Ordinal)));
        foreach (var file in files)
        {
            Assert.DoesNotContain(':', file);
            Assert.Equal(200, (await service.AsNobody().GetAsync($"/swagger/{file}")).Status);
        }
    }

    [Fact]
    public async Task Nothing_may_run_in_data_and_without_https_nothing_is_promised()
    {
        var answer = await service.AsNewUser().GetAsync("/api/v1/sessions");

        Assert.Equal("default-src 'none'; frame-ancestors 'none'", answer.Headers["Content-Security-Policy"]);
        Assert.DoesNotContain("Strict-Transport-Security", answer.Headers.Keys);
    }
}

/// <summary>A service that listens with https.</summary>
public sealed class HttpsFixture : ApiFixture
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"session-tests-{Guid.NewGuid():N}.pfx");

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
        [KeyValuePair.Create("urls", "https://127.0.0.1:0"), KeyValuePair.Create("Kestrel:Certificates:Default:Path", _file)];

    public X509Certificate2 Certificate { get; private set; } = null!;

    public override async Task InitializeAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        Certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllBytesAsync(_file, Certificate.Export(X509ContentType.Pfx));
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        File.Delete(_file);
    }
}

public sealed class HttpsTests(HttpsFixture service) : IClassFixture<HttpsFixture>
{
    [Fact]
    public async Task With_https_browsers_are_told_to_stay_with_it()
    {
        using var handler = new SocketsHttpHandler
        {
            SslOptions =
            {
                // The certificate is the test's own.
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { service.Certificate },
                    RevocationMode = X509RevocationMode.NoCheck,
                    VerificationFlags = X509VerificationFlags.AllFlags,
                },
                TargetHost = "localhost",
            },
        };
        using var http = new HttpClient(handler) { BaseAddress = service.Address };

        using var answer = await http.GetAsync("/health/live");

        Assert.Equal(["max-age=31536000"], answer.Headers.GetValues("Strict-Transport-Security"));
    }
}
