using System.Text.Json;

namespace SessionService.IntegrationTests.Hosting;

/// <summary>An answer of the service, and what a test may demand of it.</summary>
public sealed record Answer(int Status, string Text, string? ContentType, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The body, where the status is the expected one and the body JSON.</summary>
    public JsonElement Is(int status)
    {
        Assert.True(status == Status, $"{status} expected, {Status} answered: {Text}");
        Assert.Equal("application/json", ContentType);
        return JsonDocument.Parse(Text).RootElement;
    }

    /// <summary>The body, where it is a complete problem document of the given kind which tells nothing of the inside.</summary>
    public JsonElement IsProblem(int status, string code)
    {
        Assert.True(status == Status, $"{status} expected, {Status} answered: {Text}");
        Assert.Equal("application/problem+json", ContentType);
        var problem = JsonDocument.Parse(Text).RootElement;
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.Equal(code, problem.Text("code"));
        Assert.Equal($"urn:session-service:problem:{code}", problem.Text("type"));
        Assert.NotEmpty(problem.Text("title"));
        Assert.NotEmpty(problem.Text("detail"));
        Assert.StartsWith("/", problem.Text("instance"), StringComparison.Ordinal);
        Assert.NotEmpty(problem.Text("trace_id"));
        Assert.Equal(string.Equals(code, "validation_failed", StringComparison.Ordinal), problem.TryGetProperty("errors", out _));
        Assert.DoesNotContain("   at ", Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Npgsql", Text, StringComparison.Ordinal);
        return problem;
    }

    /// <summary>The code of a problem.</summary>
    public string Code() => JsonDocument.Parse(Text).RootElement.Text("code");

    /// <summary>The reasons by field, where the request was refused as invalid.</summary>
    public Dictionary<string, string[]> IsInvalid() =>
        IsProblem(422, "validation_failed").GetProperty("errors").Deserialize<Dictionary<string, string[]>>()!;

    /// <summary>Demands that exactly these fields were found invalid, each with a reason.</summary>
    public void IsInvalid(params string[] fields)
    {
        var errors = IsInvalid();
        Assert.Equal(fields.Order(StringComparer.Ordinal), errors.Keys.Order(StringComparer.Ordinal));
        Assert.All(errors.Values, reasons => Assert.NotEmpty(reasons));
    }
}

internal static class JsonElements
{
    public static string Text(this JsonElement json, string name) => json.GetProperty(name).GetString()!;

    public static long Number(this JsonElement json, string name) => json.GetProperty(name).GetInt64();

    /// <summary>A value as it was sent, character by character.</summary>
    public static string Raw(this JsonElement json, string name) => json.GetProperty(name).GetRawText();

    public static DateTimeOffset Time(this JsonElement json, string name) => json.GetProperty(name).GetDateTimeOffset();

    public static IReadOnlyList<JsonElement> Items(this JsonElement json, string name) => [.. json.GetProperty(name).EnumerateArray()];
}
