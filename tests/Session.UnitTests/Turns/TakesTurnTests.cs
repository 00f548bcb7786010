using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SessionService.Api.Contexts;
using SessionService.Api.Identity;
using SessionService.Api.Turns;
using SessionService.Hosting.Identity;

namespace SessionService.UnitTests.Turns;

public sealed class TakesTurnTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ServiceProvider _services = new ServiceCollection()
        .AddMetrics()
        .AddSingleton(TimeProvider.System)
        .AddSingleton(Options.Create(new TurnOptions { Downloads = 1 }))
        .AddSingleton(Options.Create(new IdentityOptions()))
        .AddSingleton<TurnMetrics>()
        .AddSingleton<FairTurns>()
        .AddSingleton<CallerResolver>()
        .BuildServiceProvider();

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task A_context_waits_for_a_turn_only_if_it_holds_the_data_of_attachments()
    {
        var turn = typeof(ContextsController).GetMethod(nameof(ContextsController.Get))!.GetCustomAttribute<TakesTurnAttribute>()!;
        var held = await _services.GetRequiredService<FairTurns>().TakeAsync(Work.Download, "ann", CancellationToken.None);

        await RunAsync(turn, "?format=openai").WaitAsync(Patience);
        var inline = RunAsync(turn, "?format=openai&attachments=inline");
        Assert.False(inline.IsCompleted);
        held.Dispose();

        await inline.WaitAsync(Patience);
    }

    private async Task RunAsync(TakesTurnAttribute turn, string query)
    {
        var http = new DefaultHttpContext { RequestServices = _services };
        http.Request.QueryString = new QueryString(query);
        var action = new ActionContext(http, new RouteData(), new ActionDescriptor());
        var hasRun = false;
        await turn.OnResourceExecutionAsync(new ResourceExecutingContext(action, [], []), () =>
        {
            hasRun = true;
            return Task.FromResult(new ResourceExecutedContext(action, []));
        });
        Assert.True(hasRun);
    }
}
