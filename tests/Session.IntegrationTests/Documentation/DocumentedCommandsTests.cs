using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using SessionService.IntegrationTests.Gateway;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Keys;

namespace SessionService.IntegrationTests.Documentation;

/// <summary>Runs every curl command of a page from top to bottom and compares the answers with those that the page shows.</summary>
public sealed partial class DocumentedCommandsTests
{
    [GeneratedRegex("^[A-Z]+=\\$\\((?<curl>curl [^|]*) \\| (?<filter>.*)\\)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex Substitution { get; }

    [Theory]
    [InlineData("README.md", 5)]
    [InlineData("docs/api.md", 72)]
    public async Task The_service_answers_every_command_of_a_page_as_the_page_says(string page, int commands)
    {
        var service = new ApiFixture();
        await service.InitializeAsync();
        try
        {
            using var http = service.CreateHttp();
            await AssertIsTrueAsync(page, commands, http, service.Address);
        }
        finally
        {
            await service.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("README.md", 5)]
    [InlineData("docs/api.md", 72)]
    public async Task The_gateway_answers_every_command_of_a_page_as_the_page_says(string page, int commands)
    {
        var service = new ApiFixture();
        await service.InitializeAsync();
        try
        {
            await using var gateway = await GatewayProcess.StartAsync(service.Address, users: null);
            using var http = new HttpClient();
            await AssertIsTrueAsync(page, commands, http, gateway.Address);
        }
        finally
        {
            await service.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_service_with_keys_and_the_gateway_before_it_answer_every_command_of_the_page_on_keys()
    {
        foreach (var isBehindGateway in new[] { false, true })
        {
            var service = new KeysFixture();
            await service.InitializeAsync();
            try
            {
                await using var gateway = await GatewayProcess.StartAsync(service.Address, users: null, ("Identity:Mode", "ApiKey"));
                using var http = new HttpClient();
                await AssertIsTrueAsync(
                    "docs/api-keys.md", 7, http, isBehindGateway ? gateway.Address : service.Address, ("ADMIN", await service.KeyOfAsync(user: null)));
            }
            finally
            {
                await service.DisposeAsync();
            }
        }
    }

    [Theory]
    [InlineData("curl -k http://localhost:8205/health")]
    [InlineData("curl --retry 3 http://localhost:8205/health")]
    [InlineData("curl http://localhost:9000/health")]
    [InlineData("curl 'http://localhost:8205/api/v1/sessions?q=two words'")]
    [InlineData("curl http://localhost:8205/health | jq .")]
    [InlineData("curl http://localhost:8205/health?a=b")]
    [InlineData("curl $UNKNOWN/health")]
    public void A_command_that_this_test_would_not_run_as_curl_does_is_refused(string script) =>
        Assert.Throws<FormatException>(() =>
            ShellWords.Read(script, new Dictionary<string, string>(StringComparer.Ordinal)).Select(CurlCommand.Parse).ToList());

    [Theory]
    [InlineData("""{"a": "x", "n": 1.50, "at": "2025-01-01T00:00:00.000000Z"}""", null)]
    [InlineData("""{"n": 1.50, "at": "2025-01-01T00:00:00.000000Z", "a": "x"}""", null)]
    [InlineData("""{"a": "y", "n": 1.50, "at": "2025-01-01T00:00:00.000000Z"}""", "$.a")]
    [InlineData("""{"a": "x", "n": 1.5, "at": "2025-01-01T00:00:00.000000Z"}""", "$.n")]
    [InlineData("""{"a": "x", "n": 1.50, "at": "2024-01-01T00:00:00.000000Z"}""", "$.at")]
    [InlineData("""{"a": "x", "n": 1.50}""", "$: missing are [at]")]
    [InlineData("""{"a": "x", "n": 1.50, "at": "2025-01-01T00:00:00.000000Z", "b": 1}""", "not on the page are [b]")]
    public void An_answer_that_differs_from_the_page_is_noticed(string actual, string? difference)
    {
        var expected = new ExpectedAnswer(200, [], IsInPart: false, "json", """{"a": "x", "n": 1.50, "at": "2025-01-01T00:00:00.000000Z"}""");

        var found = expected.FindDifference(200, new Dictionary<string, string>(StringComparer.Ordinal), actual, new RunValues(DateTimeOffset.UtcNow));

        Assert.Equal(difference is null, found is null);
        Assert.Contains(difference ?? "", found ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_command_without_an_answer_beside_it_is_noticed()
    {
        var page = Page.Of("```sh\ncurl http://localhost:8205/health\n```\n\nThe next sentence.\n");

        Assert.Throws<FormatException>(() => page.Scripts().ToList());
    }

    private static async Task AssertIsTrueAsync(
        string page, int commands, HttpClient http, Uri address, params (string Name, string Value)[] known)
    {
        var variables = known.ToDictionary(variable => variable.Name, variable => variable.Value, StringComparer.Ordinal);
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var values = new RunValues(DateTimeOffset.UtcNow);
        var run = 0;
        foreach (var (line, script, answer) in Page.Read(page).Scripts())
        {
            try
            {
                var curls = new List<CurlCommand>();
                await foreach (var curl in ReadCommandsAsync(values.Translate(script), variables, http, address))
                {
                    curls.Add(curl);
                }

                Assert.True(curls.Count == (answer is null ? 0 : 1), "A block has one curl command, with its answer beside it.");
                foreach (var curl in curls)
                {
                    var difference = await FindDifferenceAsync(http, curl.ToRequest(address, files), curl.Output, answer!, values, files);
                    Assert.True(difference is null, difference);
                    run++;
                }
            }
            catch (Exception exception) when (exception is FormatException or Xunit.Sdk.XunitException)
            {
                Assert.Fail($"{page}:{line}: {exception.Message}\n{script}");
            }
        }

        Assert.True(run >= commands, $"{page} has {run} commands, at least {commands} were expected.");
    }

    private static async Task<string?> FindDifferenceAsync(
        HttpClient http, HttpRequestMessage request, string? output, ExpectedAnswer expected, RunValues values, Dictionary<string, byte[]> files)
    {
        using (request)
        {
            using var response = await http.SendAsync(request);
            var body = await response.Content.ReadAsByteArrayAsync();
            if (output is not null)
            {
                files[output] = body;
            }

            var headers = response.Headers.Concat(response.Content.Headers)
                .ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase);
            return expected.FindDifference((int)response.StatusCode, headers, Encoding.UTF8.GetString(body), values);
        }
    }

    /// <summary>The curl commands of a script. Assignments are made in passing; other commands are not this test's.</summary>
    private static async IAsyncEnumerable<CurlCommand> ReadCommandsAsync(
        string script, Dictionary<string, string> variables, HttpClient http, Uri address)
    {
        foreach (var part in Statements(script))
        {
            var name = part.Split(['=', ' ', '\n'], 2)[0];
            if (name == "curl")
            {
                foreach (var words in ShellWords.Read(part, variables))
                {
                    yield return CurlCommand.Parse(words);
                }
            }
            else if (Substitution.Match(part) is { Success: true } substitution)
            {
                var curl = CurlCommand.Parse(Assert.Single(ShellWords.Read(substitution.Groups["curl"].Value, variables)));
                variables[name] = await FilterAsync(substitution.Groups["filter"].Value, await OutputAsync(curl, http, address));
                Assert.NotEmpty(variables[name]);
            }
            else if (part.StartsWith($"{name}=", StringComparison.Ordinal))
            {
                variables[name] = Assert.Single(Assert.Single(ShellWords.Read(part, variables)))[(name.Length + 1)..];
            }
        }
    }

    private static async Task<string> OutputAsync(CurlCommand curl, HttpClient http, Uri address)
    {
        using var request = curl.ToRequest(address, new Dictionary<string, byte[]>(StringComparer.Ordinal));
        using var response = await http.SendAsync(request);
        return (curl.ShowsHeaders ? $"HTTP/1.1 {(int)response.StatusCode}\r\n{response.Headers}\r\n" : "") + await response.Content.ReadAsStringAsync();
    }

    /// <summary>What a shell makes of an output, without the last end of a line, as in a substitution.</summary>
    private static async Task<string> FilterAsync(string filter, string output)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", filter])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var shell = Process.Start(start)!;
        await shell.StandardInput.WriteAsync(output);
        shell.StandardInput.Close();
        var filtered = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        return filtered.TrimEnd('\n');
    }

    // An assignment is a line of its own, before the command that uses it.
    private static IEnumerable<string> Statements(string script)
    {
        var lines = script.Split('\n');
        var assignments = lines.TakeWhile(line => !line.StartsWith("curl ", StringComparison.Ordinal)).ToList();
        return assignments.Append(string.Join('\n', lines.Skip(assignments.Count))).Where(part => part.Length > 0);
    }
}
