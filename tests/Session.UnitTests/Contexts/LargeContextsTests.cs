using System.Diagnostics;

namespace SessionService.UnitTests.Contexts;

public sealed class LargeContextsTests
{
    private const int MaxTokens = 1_000_000;

    public static readonly TheoryData<string> Formats = [.. ModelApi.Formats];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_picture_counts_as_often_as_it_is_given(string format)
    {
        var picture = Guid.CreateVersion7();
        var image = $$"""{"type":"image","attachment_id":"{{picture}}","media_type":"image/png"}""";
        var session = new StoredSession()
            .Add($$"""{"role":"user","content":[{{string.Join(',', Enumerable.Repeat(image, 3))}}]}""")
            .Add($$"""{"role":"user","content":[{{string.Join(',', Enumerable.Repeat(image, 4))}},{"type":"text","text":"See"}]}""");
        session.Attachments[picture] = (new byte[3_500_000], "image/png");

        var context = await session.ContextAsync(format, isInline: true);

        var told = ModelApi.Read(context);
        Assert.Equal(2, told.TakeWhile(line => line.Contains($"attachment {picture}", StringComparison.Ordinal)).Count());
        Assert.Equal(5, told.Count(line => line.Contains("AAAA", StringComparison.Ordinal)));
        Assert.InRange(context.GetRawText().Length, 5 * 3_500_000, 20 * 1024 * 1024 * 4 / 3 + 10_000);
    }

    [Fact]
    public async Task Pictures_that_an_api_does_not_take_leave_room_for_others()
    {
        var (shots, seen) = (Enumerable.Range(0, 7).Select(_ => Guid.CreateVersion7()).ToList(), Guid.CreateVersion7());
        var session = new StoredSession()
            .Add($$"""{"role":"user","content":[{"type":"image","attachment_id":"{{seen}}"},{"type":"text","text":"See"}]}""")
            .Add("""{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"shot","input":{}}]}""")
            .Add($$"""{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":[{{string.Join(',', shots.Select(shot => $$"""{"type":"image","attachment_id":"{{shot}}"}"""))}}]}]}""");
        shots.ForEach(shot => session.Attachments[shot] = (new byte[3_500_000], "image/png"));
        session.Attachments[seen] = (new byte[3_700_000], "image/png");

        var told = ModelApi.Read(await session.ContextAsync("openai", isInline: true));

        Assert.Contains("data:image/png;base64,AAAA", told[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("session")]
    [InlineData("anthropic")]
    public async Task Tens_of_thousands_of_calls_are_matched_in_seconds(string format)
    {
        var session = new StoredSession { Tokenizer = "bytes" };
        for (var i = 0; i < 120; i++)
        {
            session.Add($$$"""{"role":"assistant","content":[{"type":"tool_call","id":"old-{{{i}}}","name":"find","arguments":{}}],"tokens_used":400000}""");
        }

        session.Add("""{"role":"user","content":"Go on.","tokens_used":900000}""");
        for (var i = 0; i < 40; i++)
        {
            session.Add($$"""{"role":"assistant","content":[{{Many(i, """{"type":"tool_call","id":"ID","name":"f","arguments":{}}""")}}],"tokens_used":1}""");
        }

        for (var i = 0; i < 40; i++)
        {
            session.Add($$"""{"role":"tool","content":[{{Many(i, """{"type":"tool_result","tool_call_id":"ID","content":""}""")}}],"tokens_used":1}""");
        }

        session.Add("""{"role":"tool","content":[{"type":"tool_result","tool_call_id":"unheard-of","content":"Lost"}],"tokens_used":1}""");

        var start = Stopwatch.GetTimestamp();
        var context = await session.ContextAsync(format, MaxTokens);

        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Equal(120, context.GetProperty("omitted_messages").GetInt32());
    }

    [Fact]
    public async Task A_request_that_ends_ends_the_choice()
    {
        using var ended = new CancellationTokenSource();
        await ended.CancelAsync();
        var session = new StoredSession().Add("""{"role":"user","content":"Hello"}""");

        await Assert.ThrowsAsync<OperationCanceledException>(() => session.ContextAsync("session", cancellationToken: ended.Token));
    }

    [Fact]
    public async Task Parts_count_for_the_size_of_an_answer()
    {
        var session = new StoredSession { Tokenizer = "bytes" };
        for (var i = 0; i < 12; i++)
        {
            session.Add($$"""{"role":"assistant","content":[{"type":"text","text":"Seen."},{"type":"data","rows":"{{new string('r', 1_000_000)}}"}]}""");
        }

        var context = await session.ContextAsync("session", MaxTokens);

        Assert.Equal(4, context.GetProperty("omitted_messages").GetInt32());
        Assert.InRange(context.GetRawText().Length, 8_000_000, 8 * 1024 * 1024);
    }

    [Fact]
    public async Task Reasoning_that_is_stored_twice_is_given_once()
    {
        const string answer = """{"role":"assistant","content":[{"type":"reasoning","id":"rs_1","summary":[]},{"type":"text","text":"Yes."}]}""";
        var session = new StoredSession().Add("""{"role":"user","content":"Well?"}""").Add(answer).Add(answer);

        var told = ModelApi.Read(await session.ContextAsync("openai-responses", hasReasoning: true));

        Assert.Equal(["user: Well?", "reasoning", "assistant: Yes.", "assistant: Yes."], told);
    }

    private static string Many(int message, string part) =>
        string.Join(',', Enumerable.Range(0, 1_000).Select(n => part.Replace("ID", $"{message}-{n}", StringComparison.Ordinal)));
}
