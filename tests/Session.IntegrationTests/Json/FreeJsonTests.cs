using System.Text;
using System.Text.Json;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Json;

public sealed class FreeJsonTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"a":1.10,"b":0.0,"c":-0.50,"d":100,"e":12345678901234567890.123456789}""")]
    [InlineData("""{"a":0.1234567890123456789012345678901234567890}""")]
    [InlineData("""{"a":[1,"1",true,false,null,{"b":[]},[[]]]}""")]
    [InlineData("""{"":{"":""}," ":"\t\n\r"}""")]
    [InlineData("""{"Grüße":"你好","مرحبا":"😀","😀":"\ud83d\ude00 a\u0301 \u0001\u001f\u007f\u2028"}""")]
    [InlineData("""{"a":"\\u0000 \\ud800 \" / \/ <>&'"}""")]
    [InlineData("""{"user_id":"x","UserId":"y","userId":"z"}""")]
    public async Task Any_object_is_returned_as_it_was_given(string json)
    {
        var user = service.AsNewUser();

        var created = (await user.PostAsync("/api/v1/sessions", $$"""{"conversation_data":{{json}},"metadata":{{json}} }""")).Is(201);
        var session = $"/api/v1/sessions/{created.Text("session_id")}";
        var updated = (await user.PutAsync(session, $$"""{"conversation_data":{{json}},"metadata":{{json}} }""")).Is(200);
        var read = (await user.GetAsync(session)).Is(200);
        var message = await user.WriteMessageAsync(session, $$"""{"role":"user","content":"Hello","metadata":{{json}} }""");
        var memory = (await user.PostAsync(
            $"{session}/memory", $$"""{"content":"All.","metadata":{{json}},"user_preferences":{{json}},"ongoing_tasks":[{{json}}] }""")).Is(201);

        Assert.All([created, updated, read], answer => JsonShape.AssertMatches(json, answer.GetProperty("conversation_data")));
        Assert.All([created, updated, read, message, memory], answer => JsonShape.AssertMatches(json, answer.GetProperty("metadata")));
        JsonShape.AssertMatches(json, (await user.GetAsync($"{session}/messages")).Is(200).Items("messages")[0].GetProperty("metadata"));
        memory = (await user.GetAsync($"{session}/memory")).Is(200);
        JsonShape.AssertMatches(json, memory.GetProperty("metadata"));
        JsonShape.AssertMatches(json, memory.GetProperty("user_preferences"));
        JsonShape.AssertMatches($"[{json}]", memory.GetProperty("ongoing_tasks"));
    }

    [Theory]
    [InlineData("1e2")]
    [InlineData("1.5E+10")]
    [InlineData("1.50e-7")]
    [InlineData("-2e0")]
    [InlineData("1e308")]
    public async Task A_number_with_an_exponent_keeps_its_value(string number)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync($$"""{"metadata":{"n":{{number}}} }""");

        var read = (await user.GetAsync(session)).Is(200).GetProperty("metadata").GetProperty("n");

        Assert.Equal(double.Parse(number), read.GetDouble());
    }

    [Fact]
    public async Task An_object_may_be_as_deep_as_a_body_may_be_and_no_deeper()
    {
        var user = service.AsNewUser();

        // The body is the first level.
        (await user.PostAsync("/api/v1/sessions", $$"""{"metadata":{{Nested(63)}} }""")).Is(201);
        (await user.PostAsync("/api/v1/sessions", $$"""{"metadata":{{Nested(64)}} }""")).IsInvalid("metadata");

        var sessions = (await user.GetAsync("/api/v1/sessions")).Text;
        using var document = JsonDocument.Parse(sessions, new JsonDocumentOptions { MaxDepth = 100 });
        JsonShape.AssertMatches(Nested(63), document.RootElement.GetProperty("sessions")[0].GetProperty("metadata"));
    }

    [Fact]
    public async Task Objects_made_at_random_are_returned_as_they_were_given()
    {
        var random = new Random(20250923);
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        for (var i = 0; i < 100; i++)
        {
            var json = RandomObject(random, depth: 4);

            var written = (await user.PutAsync(session, $$"""{"conversation_data":{{json}} }""")).Is(200);
            var read = (await user.GetAsync(session)).Is(200);

            JsonShape.AssertMatches(json, written.GetProperty("conversation_data"));
            JsonShape.AssertMatches(json, read.GetProperty("conversation_data"));
        }
    }

    private static string Nested(int levels) =>
        string.Concat(Enumerable.Repeat("{\"a\":", levels - 1)) + "{}" + new string('}', levels - 1);

    private static string RandomObject(Random random, int depth) =>
        "{" + string.Join(",", Enumerable.Range(0, random.Next(5)).Select(i =>
            $"{JsonSerializer.Serialize(i + RandomText(random))}:{RandomValue(random, depth - 1)}")) + "}";

    private static string RandomValue(Random random, int depth) => random.Next(depth > 0 ? 8 : 5) switch
    {
        0 => random.Next(2) == 0 ? "true" : "null",
        1 => random.Next().ToString(),
        2 => RandomDecimal(random),
        3 or 4 => random.Next(2) == 0 ? JsonSerializer.Serialize(RandomText(random)) : $"\"{RandomText(random).Replace("\\", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal)}\"",
        5 => "[" + string.Join(",", Enumerable.Range(0, random.Next(4)).Select(_ => RandomValue(random, depth - 1))) + "]",
        _ => RandomObject(random, depth),
    };

    // Digits of any number, without the forms that PostgreSQL writes in its own way: a sign before zero and an exponent.
    private static string RandomDecimal(Random random) =>
        $"{(random.Next(2) == 0 ? "-" : "")}{random.Next(1, 10)}{Digits(random, 30)}.{random.Next(10)}{Digits(random, 30)}";

    private static string Digits(Random random, int max) =>
        string.Concat(Enumerable.Range(0, random.Next(max)).Select(_ => (char)('0' + random.Next(10))));

    private static string RandomText(Random random)
    {
        var text = new StringBuilder();
        for (var length = random.Next(12); length > 0; length--)
        {
            // Any code point but controls and surrogates.
            var value = random.Next(4) == 0 ? random.Next(0x20, 0x110000) : random.Next(0x20, 0x7f);
            text.Append(Rune.IsValid(value) ? new Rune(value).ToString() : "x");
        }

        return text.ToString();
    }
}
