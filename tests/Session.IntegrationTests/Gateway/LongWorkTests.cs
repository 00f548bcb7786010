using System.Net;
using Microsoft.AspNetCore.Http;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Gateway;

/// <summary>Work that takes longer than a gateway waits for other answers.</summary>
public sealed class LongWorkTests
{
    private const string Import = "/api/v1/sessions/import";
    private const string Ordinary = "/api/v1/sessions";

    private static readonly string[] LongWork =
    [
        $"POST {Import}",
        $"POST {Import}/?on_error=skip",
        "GET /api/v1/sessions/a87a9d6e-4137-4d41-8ab8-a13c4abcc83e/export?format=jsonl",
        "GET /api/v1/users/some%2Fone/export",
        "GET /api/v1/sessions/a87a9d6e-4137-4d41-8ab8-a13c4abcc83e/events?after=0",
        "GET /api/v1/users/some%2Fone/events",
        "DELETE /api/v1/users/some%2Fone/data",
        "DELETE /api/v1/sessions/a87a9d6e-4137-4d41-8ab8-a13c4abcc83e/data",
        "POST /api/v1/users/some%2Fone/attachments",
        "GET /api/v1/sessions/a87a9d6e-4137-4d41-8ab8-a13c4abcc83e/stream",
        "POST /api/v1/sessions/a87a9d6e-4137-4d41-8ab8-a13c4abcc83e/messages/2/deltas",
    ];

    public static TheoryData<string, string> All
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var gateway in GatewaysFixture.Names)
            {
                foreach (var request in LongWork)
                {
                    all.Add(gateway, request);
                }
            }

            return all;
        }
    }

    public static TheoryData<string> Gateways => new(GatewaysFixture.Names);

    [Theory]
    [MemberData(nameof(All))]
    public async Task Long_work_may_be_silent_for_as_long_as_it_takes(string name, string request)
    {
        var (arrived, done) = (NewSignal(), NewSignal());
        await using var service = await StubService.StartAsync("sessions");
        var (method, target) = (request.Split(' ')[0], request.Split(' ')[1]);
        service.Paths[Uri.UnescapeDataString(target.Split('?')[0]).Replace("some/one", "some%2Fone", StringComparison.Ordinal)] = async http =>
        {
            arrived.TrySetResult();
            await done.Task;
            await http.Response.WriteAsJsonAsync(new { });
        };
        await using var gateway = await StartAsync(name, service);

        var work = SendAsync(gateway, method, target, method == "POST" ? new StringContent("{}") : null);
        await arrived.Task;
        await PassTimeAsync(gateway);
        done.SetResult();

        (await work).Is(200);
    }

    [Theory]
    [MemberData(nameof(Gateways))]
    public async Task An_import_may_arrive_as_slowly_as_it_likes(string name)
    {
        var (arrived, goOn) = (NewSignal(), NewSignal());
        await using var service = await StubService.StartAsync("sessions");
        service.Paths[Import] = async http =>
        {
            var first = await http.Request.Body.ReadAsync(new byte[1], http.RequestAborted);
            arrived.TrySetResult();
            await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
            await http.Response.WriteAsJsonAsync(new { first });
        };
        await using var gateway = await StartAsync(name, service);

        using var body = new SlowContent(goOn.Task);
        var import = SendAsync(gateway, "POST", Import, body);
        await arrived.Task;
        await PassTimeAsync(gateway);
        goOn.SetResult();

        Assert.Equal(1, (await import).Is(200).Number("first"));
    }

    [Theory]
    [MemberData(nameof(Gateways))]
    public async Task An_export_may_pause_in_the_middle(string name)
    {
        var goOn = NewSignal();
        await using var service = await StubService.StartAsync("sessions");
        service.Paths["/api/v1/users/u/export"] = async http =>
        {
            await http.Response.WriteAsync("first ");
            await http.Response.Body.FlushAsync();
            await goOn.Task;
            await http.Response.WriteAsync("last");
        };
        await using var gateway = await StartAsync(name, service);

        using var http = GatewayClient.Create(gateway.Address);
        using var response = await http.GetAsync("/api/v1/users/u/export", HttpCompletionOption.ResponseHeadersRead);
        await PassTimeAsync(gateway);
        goOn.SetResult();

        Assert.Equal("first last", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("00:00:00")]
    [InlineData("21.00:00:00")]
    public async Task A_timeout_that_is_none_is_named(string timeout)
    {
        var (exitCode, output) = await GatewayProcess.RunAsync("--ReverseProxy:Routes:session-import:Metadata:ActivityTimeout", timeout);

        Assert.True(exitCode == 1, output);
        Assert.Contains("ReverseProxy:Routes:session-import:Metadata:ActivityTimeout must be a time span of up to 20 days", output, StringComparison.Ordinal);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A gateway that waits a fifth of a second for ordinary answers, which this service never gives.</summary>
    private static Task<GatewayProcess> StartAsync(string name, StubService service)
    {
        service.Paths[Ordinary] = http =>
            Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return name == "nginx"
            ? GatewayProcess.StartNginxAsync(
                service.Address,
                service.Address,
                ("proxy_send_timeout 75s;", "proxy_send_timeout 200ms;"),
                ("proxy_read_timeout 75s;", "proxy_read_timeout 200ms;"))
            : GatewayProcess.StartAsync(
                service.Address, service.Address, ("ReverseProxy:Clusters:sessions:HttpRequest:ActivityTimeout", "00:00:00.2"));
    }

    /// <summary>Lets the time for ordinary answers pass, more than once.</summary>
    private static async Task PassTimeAsync(GatewayProcess gateway)
    {
        for (var i = 0; i < 3; i++)
        {
            (await SendAsync(gateway, "GET", Ordinary, content: null)).IsProblem(504, "gateway_timeout");
        }
    }

    private static Task<Answer> SendAsync(GatewayProcess gateway, string method, string target, HttpContent? content) =>
        GatewayClient.SendAsync(gateway.Address, new HttpMethod(method), target, content);

    /// <summary>A body whose second half comes when a test says so.</summary>
    private sealed class SlowContent(Task goOn) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("first"u8.ToArray());
            await stream.FlushAsync();
            await goOn;
            await stream.WriteAsync("last"u8.ToArray());
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
