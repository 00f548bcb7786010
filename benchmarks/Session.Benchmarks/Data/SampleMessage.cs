namespace SessionService.Benchmarks.Data;

/// <summary>The message that everybody writes.</summary>
internal static class SampleMessage
{
    public const string Role = "user";
    public const string Content = "Could you compare the two offers from yesterday and tell me which of them is the better one for us?";
    public const string Type = "chat";
    public const string Metadata = """{"source": "benchmark"}""";
    public const string Tokens = "10";
    public const string Cost = "0.001";

    public const string Json =
        $$"""
        {"role": "{{Role}}", "content": "{{Content}}", "message_type": "{{Type}}", "metadata": {{Metadata}}, "tokens_used": {{Tokens}}, "cost_usd": {{Cost}}}
        """;
}
