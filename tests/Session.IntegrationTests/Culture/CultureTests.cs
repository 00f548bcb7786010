using System.Text.Json;
using System.Text.RegularExpressions;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Gateway;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Culture;

/// <summary>The language of the machine changes neither numbers nor times nor upper case nor the order of answers.</summary>
public sealed partial class CultureTests
{
    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex Id { get; }

    [GeneratedRegex(@"2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex Time { get; }

    [Fact]
    public async Task Answers_are_the_same_whatever_the_language_of_the_machine()
    {
        var expected = await AnswersAsync("C");

        Assert.Contains("0.0022", expected, StringComparison.Ordinal);
        Assert.Contains("<mark>ILIK</mark>", expected, StringComparison.Ordinal);
        foreach (var language in new[] { "tr_TR.UTF-8", "de_DE.UTF-8", "ar_SA.UTF-8" })
        {
            Assert.Equal(expected, await AnswersAsync(language));
        }
    }

    [Fact]
    public void Every_program_is_without_cultures()
    {
        foreach (var program in new[] { typeof(Program).Assembly.Location, GatewayProcess.FileOf("Gateway") })
        {
            using var settings = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(program, ".runtimeconfig.json")));

            Assert.True(settings.RootElement.GetProperty("runtimeOptions").GetProperty("configProperties").GetProperty("System.Globalization.Invariant").GetBoolean());
        }
    }

    private static async Task<string> AnswersAsync(string language)
    {
        await using var service = new ServiceProcess(
            ("ConnectionStrings__SessionDb", await TestPostgres.CloneTemplateAsync()),
            ("LANG", language),
            ("LC_ALL", language),
            // Base images with ICU set this variable, which overrides InvariantGlobalization.
            ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "0"));
        await service.StartAsync();
        var user = service.As("I-user");
        var session = await user.StartSessionAsync("""{"metadata":{"ILK":1.50,"ilk":2}}""");
        await user.WriteMessageAsync(
            session, """{"role":"user","content":"ILIK İSTANBUL ısı, 1.234,5","tokens_used":1234567,"cost_usd":0.0022,"created_at":"2024-05-08T10:00:00Z"}""");
        await user.WriteMessageAsync(session, """{"role":"assistant","content":"zebra Ärger","created_at":"2024-05-09T10:00:00Z"}""");
        (await user.PostAsync($"{session}/memory", """{"content":"ILIK ve Ärger"}""")).Is(201);
        var answers = new List<string>();
        foreach (var path in new[]
        {
            session, $"{session}/summary", $"{session}/messages", $"{session}/memory", "/api/v1/sessions", "/api/v1/sessions/stats",
            "/api/v1/sessions/search?q=ilik", "/api/v1/sessions/search?q=%C4%B0stanbul", "/api/v1/sessions?page_size=0", "/api/v1/sessions?STATUS=I",
            "/api/v1/users/I-user/usage?from=2024-05-01T00:00:00Z&to=2024-06-01T00:00:00Z&bucket=day&tz=Europe/Istanbul",
        })
        {
            var answer = await user.GetAsync(path);
            answers.Add($"{answer.Status} {answer.Text}");
        }

        return Time.Replace(Id.Replace(string.Join('\n', answers), "ID"), "TIME");
    }
}
