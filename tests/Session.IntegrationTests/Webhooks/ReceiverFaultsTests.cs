using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Http;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Webhooks;

/// <summary>Receivers that fail, redirect, lie and close, and one that hangs and is waited for.</summary>
public sealed class ReceiverFaultsTests(WebhooksFixture service) : IClassFixture<WebhooksFixture>
{
    [Theory]
    [InlineData("fails", 500, "status")]
    [InlineData("refuses", 404, "status")]
    [InlineData("redirects", 302, "redirect")]
    [InlineData("closes", null, "connection")]
    [InlineData("is long", 400, "status")]
    [InlineData("never ends", 400, "status")]
    public Task A_test_call_tells_what_was_wrong_and_nothing_of_the_answer(string kind, int? status, string error) =>
        CallAsync(service, kind, status, error);

    internal static async Task CallAsync(WebhooksFixture service, string kind, int? status, string error)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var elsewhere = await Receiver.StartAsync();
        var user = service.AsNewUser();
        var (webhook, _) = await WebhooksFixture.MakeAsync(user, receiver);
        receiver.Answer = (_, http) => AnswerAsync(kind, http, elsewhere.Url);

        var start = Stopwatch.GetTimestamp();
        var answer = await user.PostAsync($"{webhook}/test", "{}");

        var told = answer.Is(200);
        Assert.False(told.GetProperty("delivered").GetBoolean());
        Assert.Equal(status, told.GetProperty("status").ValueKind == System.Text.Json.JsonValueKind.Null ? null : (int?)told.Number("status"));
        Assert.Equal(error, told.Text("error"));
        Assert.DoesNotContain("s3cret", answer.Text, StringComparison.Ordinal);
        Assert.Empty(elsewhere.All);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(30));
        Assert.Equal("webhook.test", receiver.All[0].Type);
        Assert.DoesNotContain("s3cret", string.Join('\n', service.Logs.Entries.Select(entry => entry.Everything)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receiver_that_says_yes_before_a_long_body_has_taken_the_event()
    {
        await using var receiver = await Receiver.StartAsync();
        var user = service.AsNewUser();
        var (webhook, _) = await WebhooksFixture.MakeAsync(user, receiver);
        receiver.Answer = (_, http) => EndlessAsync(http, status: 200);

        Assert.True((await user.PostAsync($"{webhook}/test", "{}")).Is(200).GetProperty("delivered").GetBoolean());
    }

    [Fact]
    public async Task A_hanging_receiver_does_not_hold_up_others()
    {
        await using var hanging = await Receiver.StartAsync();
        await using var prompt = await Receiver.StartAsync();
        var (ann, bob) = (service.AsNewUser(), service.AsNewUser());
        hanging.Answer = (_, http) => Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        await WebhooksFixture.MakeAsync(ann, hanging);
        await WebhooksFixture.MakeAsync(bob, prompt);
        for (var i = 0; i < 100; i++)
        {
            await ann.StartSessionAsync();
        }

        await hanging.HasAsync(1);
        await bob.StartSessionAsync();
        await prompt.HasAsync(1);

        Assert.True(hanging.All.Count < 100, "The hanging receiver was to get few events at a time.");
    }

    private static async Task AnswerAsync(string kind, HttpContext http, string elsewhere)
    {
        switch (kind)
        {
            case "fails":
                http.Response.StatusCode = 500;
                await http.Response.WriteAsync("s3cret");
                break;
            case "refuses":
                http.Response.StatusCode = 404;
                await http.Response.WriteAsync("s3cret");
                break;
            case "redirects":
                http.Response.Redirect(elsewhere);
                break;
            case "hangs":
                await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                break;
            case "closes":
                http.Abort();
                break;
            case "is long":
                http.Response.StatusCode = 400;
                await http.Response.WriteAsync(string.Concat(Enumerable.Repeat("s3cret ", 1_000_000)));
                break;
            default:
                await EndlessAsync(http, status: 400);
                break;
        }
    }

    private static async Task EndlessAsync(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        var block = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("s3cret ", 10_000)));
        while (!http.RequestAborted.IsCancellationRequested)
        {
            try
            {
                await http.Response.Body.WriteAsync(block, http.RequestAborted);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}

/// <summary>A service that waits for a receiver no longer than it must.</summary>
public sealed class ImpatientWebhooksFixture : WebhooksFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings => [.. base.Settings, new("Webhooks:Timeout", "00:00:02")];
}

public sealed class HangingReceiverTests(ImpatientWebhooksFixture service) : IClassFixture<ImpatientWebhooksFixture>
{
    [Fact]
    public Task A_test_call_of_a_receiver_that_hangs_ends() => ReceiverFaultsTests.CallAsync(service, "hangs", status: null, "timeout");
}
