using System.Text.Json;
using SessionService.Benchmarks.Driving;
using SessionService.Benchmarks.Measuring;

namespace SessionService.Benchmarks.Scenarios;

/// <summary>A page of messages of five parts each against a page of plain texts of as many bytes.</summary>
internal static class PartsScenario
{
    private const string User = "parts";

    private const string Text = "The two offers differ in price and in the time of delivery. I would take the second one.";

    private const string Parts =
        $$$"""
        [{"type":"thinking","thinking":"The user wants a comparison of the offers. I look them up first.","signature":"EqQBCgIYAhIM1gbcDa9GJwZA2b3h"},
         {"type":"text","text":"{{{Text}}}"},
         {"type":"tool_use","id":"toolu_01A09q90qw90lq917835lq9","name":"find_offers","input":{"day":"yesterday","limit":2}},
         {"type":"tool_result","tool_use_id":"toolu_01A09q90qw90lq917835lq9","content":[{"type":"text","text":"1: 420 EUR; 2: 380 EUR"}]},
         {"type":"image","source":{"type":"url","url":"https://example.org/offers/2.png"}}]
        """;

    public static async Task<Outcome> RunAsync(Laboratory laboratory, CancellationToken cancellationToken)
    {
        var withParts = await WriteAsync(laboratory, Parts, cancellationToken);
        var plain = await WriteAsync(laboratory, JsonSerializer.Serialize(new string('x', Parts.Length + Text.Length)), cancellationToken);
        var parts = laboratory.Requests([Page(withParts)], name: "five parts each");
        var texts = laboratory.Requests([Page(plain)], name: "plain texts");
        var pairs = await laboratory.CompareAsync(parts, texts, cancellationToken);
        return new Outcome(parts.Name, texts.Name, pairs, [Goal.LatencyAtMost(1.5)]);
    }

    private static async Task<string> WriteAsync(Laboratory laboratory, string content, CancellationToken cancellationToken)
    {
        var session = await laboratory.Service.CreateSessionAsync(User, cancellationToken);
        var messages = string.Join(',', Enumerable.Repeat($$"""{"role":"assistant","content":{{content}}}""", PageRequests.PageSize));
        await laboratory.Service.PostAsync(User, $"/api/v1/sessions/{session}/messages/batch", $$"""{"messages":[{{messages}}]}""", cancellationToken);
        laboratory.Tally.AddSessions(1);
        laboratory.Tally.AddMessages(PageRequests.PageSize);
        return session;
    }

    private static byte[] Page(string session) =>
        HttpRequests.Get($"/api/v1/sessions/{session}/messages?after=0&limit={PageRequests.PageSize}", User);
}
