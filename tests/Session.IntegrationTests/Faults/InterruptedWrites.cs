using System.Diagnostics;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Faults;

/// <summary>Sends writes of one kind, each with a fault of the connection at another place, and counts what the database made of them.</summary>
internal sealed class InterruptedWrites
{
    private const string OfSession = "/api/v1/sessions/{session_id}";
    private const string Memories = "/api/v1/users/{user_id}/memories";

    private readonly ProxiedFixture _service;
    private readonly ServiceRequest _request;
    private readonly bool _hasKeys;
    private readonly Conversation _usual;
    private readonly Conversation _disturbed;
    private Effect? _once;
    private int _count;

    private InterruptedWrites(ProxiedFixture service, ServiceRequest request, bool hasKeys, Conversation usual, Conversation disturbed) =>
        (_service, _request, _hasKeys, _usual, _disturbed) = (service, request, hasKeys, usual, disturbed);

    /// <summary>Writes, by name; each has an effect that can be counted however often it is made.</summary>
    public static IReadOnlyDictionary<string, ServiceRequest> All { get; } = new Dictionary<string, ServiceRequest>(StringComparer.Ordinal)
    {
        ["create"] = new("POST /api/v1/sessions", "{}"),
        ["change"] = new($"PUT {OfSession}", """{"session_summary":"{n}"}"""),
        ["patch"] = new($"PATCH {OfSession}", """{"title":"{n}"}"""),
        ["append"] = new($"POST {OfSession}/messages", """{"role":"user","content":"{n}"}"""),
        ["memory"] = new($"POST {OfSession}/memory", """{"content":"{longer}"}"""),
        ["user memory"] = new($"POST {Memories}", """{"content":"{n}"}"""),
        ["change of a user memory"] = new($"PATCH {Memories}/{{memory_id}}", """{"content":"{n}"}"""),
        ["fork"] = new($"POST {OfSession}/fork", "{}"),
        ["copy"] = new($"POST {OfSession}/copy", """{"user_id":"{user_id}"}"""),
        ["feedback"] = new($"PUT {OfSession}/messages/{{n}}/feedback/helpful", """{"value":true}"""),
        ["redaction"] = new($"DELETE {OfSession}/messages/{{n}}"),
        ["import"] = new("POST /api/v1/sessions/import", """{"type":"user_memory","memory_id":"{guid}","content":"{n}"}""")
        {
            ContentType = "application/x-ndjson",
        },
    };

    public static async Task<InterruptedWrites> StartAsync(ProxiedFixture service, string write, bool hasKeys = false)
    {
        await service.RecoverAsync();
        var messages = write is "redaction" or "feedback" ? 200 : 3;
        var writes = new InterruptedWrites(
            service, All[write], hasKeys, await Conversation.StartAsync(service, messages), await Conversation.StartAsync(service, messages));
        writes._once = (await writes.SendAsync(() => { })).Made;
        Assert.NotEqual(writes._once - writes._once, writes._once);
        return writes;
    }

    /// <summary>How many bytes a write that nothing disturbs passes in a direction.</summary>
    public async Task<long> MeasureAsync(Direction direction)
    {
        long length = 0;
        await SendAsync(
            () => _service.Proxy.BreakAfter(long.MaxValue, direction, Fault.End, _disturbed.User.UserId),
            () => length = _service.Proxy.Restore().Passed);
        return length;
    }

    /// <summary>Makes a write whose connection breaks, and demands of the answer that it says what is so.</summary>
    /// <returns>Whether the outcome was unknown, and what happened, for whoever expects something else.</returns>
    public async Task<(bool IsUnknown, string What)> BreakAsync(long bytes, Direction direction, Fault fault)
    {
        var hasBroken = false;
        var watch = Stopwatch.StartNew();
        var (answer, made) = await SendAsync(
            () => _service.Proxy.BreakAfter(bytes, direction, fault, _disturbed.User.UserId),
            () => hasBroken = _service.Proxy.Restore().HasBroken);
        var none = _once! - _once!;
        var isUnknown = answer.Status == 503 && answer.IsProblem(503, answer.Code()).Text("code") == "outcome_unknown";
        var what =
            $"{bytes} bytes {direction}, {fault}{(hasBroken ? "" : " too late")}, {watch.Elapsed}: {answer.Status} {answer.Text} Once: {_once}, made: {made}.";
        Assert.True(
            answer.Status switch
            {
                200 or 201 => made == _once,
                503 when isUnknown => made == _once || made == none,
                503 => made == none,
                _ => false,
            },
            what);
        if (_hasKeys && answer.Status == 503)
        {
            await AssertIsMadeOnceWhenRepeatedAsync(made);
        }

        return (isUnknown, what);
    }

    private async Task AssertIsMadeOnceWhenRepeatedAsync(Effect made)
    {
        await _service.RecoverAsync();
        var before = await CountAsync();
        var answer = await _request.SendAsync(_disturbed, Key);
        Assert.InRange(answer.Status, 200, 201);
        Assert.Equal(_once! - made, await CountAsync() - before);
    }

    private async Task<(Answer Answer, Effect Made)> SendAsync(Action interrupt, Action? restore = null)
    {
        // What breaks is a connection on which the statements are prepared.
        await Eventually.IsSoAsync(async () =>
        {
            Next(_usual, await Effect.CountAsync(_service.Database, _usual.User.UserId));
            return (await _request.SendAsync(_usual, Key)).Status is 200 or 201;
        });
        var before = await CountAsync();
        Next(_disturbed, before);
        interrupt();
        var answer = await _request.SendAsync(_disturbed, Key);
        restore?.Invoke();
        await WaitForBrokenAsync();
        return (answer, await CountAsync() - before);
    }

    // The server may not have read yet what a broken connection brought it, and counts as idle. It ends the connection when it has.
    private Task WaitForBrokenAsync()
    {
        var ports = string.Join(',', _service.Proxy.TakeBroken());
        return Eventually.IsSoAsync(async () =>
            await _service.Database.QueryAsync($"SELECT pid FROM pg_stat_activity WHERE client_port = ANY ('{{{ports}}}')") is []);
    }

    private string? Key => _hasKeys ? $"key-{_count}" : null;

    private void Next(Conversation conversation, Effect there)
    {
        _count++;
        conversation.Set("{n}", $"{_count}");
        conversation.Set("{guid}", $"{Guid.NewGuid()}");
        conversation.Set("{longer}", new string('x', (int)there.MemoryText + 1));
    }

    private Task<Effect> CountAsync() => Effect.CountAsync(_service.Database, _disturbed.User.UserId);
}
