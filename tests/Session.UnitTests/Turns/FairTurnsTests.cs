using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics.Metrics;
using System.Reflection;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SessionService.Api.OpenApi;
using SessionService.Api.Turns;

namespace SessionService.UnitTests.Turns;

public sealed class FairTurnsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task A_user_has_a_share_of_the_places_and_the_others_begin_at_once()
    {
        using var turns = Turns(new TurnOptions { Forks = 4, UserShare = 0.5 });
        using var first = await turns.TakeAsync(Work.Fork, "ann", CancellationToken.None);
        using var second = await turns.TakeAsync(Work.Fork, "ann", CancellationToken.None);
        var third = turns.TakeAsync(Work.Fork, "ann", CancellationToken.None).AsTask();

        using var other = await turns.TakeAsync(Work.Fork, "bob", CancellationToken.None).AsTask().WaitAsync(Patience);
        Assert.False(third.IsCompleted);
        first.Dispose();

        (await third.WaitAsync(Patience)).Dispose();
    }

    [Fact]
    public async Task Users_who_wait_take_turns_however_much_one_asks_for()
    {
        using var turns = Turns(new TurnOptions { Forks = 1, UserShare = 0.5 });
        var order = new ConcurrentQueue<string>();
        var first = await turns.TakeAsync(Work.Fork, "zoe", CancellationToken.None);
        var waiting = new[] { "ann", "ann", "ann", "bob", "cat" }.Select(DoAsync).ToList();

        first.Dispose();
        await Task.WhenAll(waiting).WaitAsync(Patience);

        Assert.Equal(["ann", "bob", "cat", "ann", "ann"], order);

        async Task DoAsync(string user)
        {
            using var turn = await turns.TakeAsync(Work.Fork, user, CancellationToken.None);
            order.Enqueue(user);
        }
    }

    [Fact]
    public async Task Too_many_who_wait_are_refused_of_one_user_and_of_all()
    {
        using var turns = Turns(new TurnOptions { Imports = 1, MaxWaiting = 4, UserShare = 0.5 });
        var first = await turns.TakeAsync(Work.Import, "zoe", CancellationToken.None);

        // One stands in the line of all, two in that of the user.
        var waiting = Enumerable.Range(0, 3).Select(_ => TakeAsync("ann")).ToList();
        await Assert.ThrowsAsync<TurnRefusedException>(() => TakeAsync("ann"));
        waiting.Add(TakeAsync("bob"));
        await Assert.ThrowsAsync<TurnRefusedException>(() => TakeAsync("cat"));

        Assert.Equal((4, 2), (Read("session_service.turns.waiting", "import"), Read("session_service.turns_refused", "import")));
        Assert.Equal(0, Read("session_service.turns.waiting", "fork"));
        first.Dispose();
        await Task.WhenAll(waiting.Select(async one => (await one).Dispose())).WaitAsync(Patience);

        Assert.Equal(0, Read("session_service.turns.waiting", "import"));

        Task<HeldTurn> TakeAsync(string user) => turns.TakeAsync(Work.Import, user, CancellationToken.None).AsTask();
    }

    [Fact]
    public async Task Who_gives_up_leaves_the_line()
    {
        using var turns = Turns(new TurnOptions { Erasures = 1, UserShare = 1 });
        using var giveUp = new CancellationTokenSource();
        var first = await turns.TakeAsync(Work.Erasure, "zoe", CancellationToken.None);
        var given = turns.TakeAsync(Work.Erasure, "ann", giveUp.Token).AsTask();
        var next = turns.TakeAsync(Work.Erasure, "ann", CancellationToken.None).AsTask();

        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        first.Dispose();

        (await next.WaitAsync(Patience)).Dispose();
        Assert.Equal(0, Read("session_service.turns.waiting", "erasure"));
        Assert.Equal(0, Read("session_service.turns_refused", "erasure"));
    }

    [Fact]
    public async Task Callers_without_a_name_share_one_share_and_kinds_of_work_have_lines_of_their_own()
    {
        using var turns = Turns(new TurnOptions { Searches = 2, UserShare = 0.5, MaxWaiting = 1 });
        using var nobody = await turns.TakeAsync(Work.Search, userId: null, CancellationToken.None);
        var next = turns.TakeAsync(Work.Search, userId: null, CancellationToken.None).AsTask();

        using var ann = await turns.TakeAsync(Work.Search, "ann", CancellationToken.None).AsTask().WaitAsync(Patience);
        using var other = await turns.TakeAsync(Work.MemorySearch, userId: null, CancellationToken.None).AsTask().WaitAsync(Patience);

        Assert.False(next.IsCompleted);
        nobody.Dispose();
        (await next.WaitAsync(Patience)).Dispose();
    }

    [Fact]
    public void Whatever_may_take_long_takes_turns()
    {
        var actions = typeof(Program).Assembly.GetTypes()
            .Where(type => type.IsAssignableTo(typeof(ControllerBase)))
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .ToList();

        var isLong = actions.Where(action => action.IsDefined(typeof(DisableRequestTimeoutAttribute))
            || action.IsDefined(typeof(ProducesStreamAttribute))
            || action.IsDefined(typeof(ConsumesStreamAttribute)));

        Assert.All(isLong, action => Assert.True(action.IsDefined(typeof(TakesTurnAttribute)), $"{action.DeclaringType!.Name}.{action.Name} takes no turn."));
        Assert.Equal(
            Enum.GetValues<Work>(),
            actions.Select(action => action.GetCustomAttribute<TakesTurnAttribute>()).OfType<TakesTurnAttribute>().Select(turn => turn.Work).Distinct().Order());
    }

    [Theory]
    [InlineData(1, 1, 0.01, true)]
    [InlineData(64, 100_000, 1, true)]
    [InlineData(0, 1, 1, false)]
    [InlineData(65, 1, 1, false)]
    [InlineData(1, 0, 1, false)]
    [InlineData(1, 100_001, 1, false)]
    [InlineData(1, 1, 0, false)]
    [InlineData(1, 1, 1.01, false)]
    public void Each_setting_has_its_range(int forks, int maxWaiting, double userShare, bool valid)
    {
        var options = new TurnOptions { Forks = forks, MaxWaiting = maxWaiting, UserShare = userShare };

        Assert.Equal(valid, Validator.TryValidateObject(options, new ValidationContext(options), validationResults: null, validateAllProperties: true));
    }

    private FairTurns Turns(TurnOptions options) =>
        new(Options.Create(options), new TurnMetrics(_services.GetRequiredService<IMeterFactory>()), TimeProvider.System);

    private long Read(string name, string work)
    {
        long? read = null;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            // The meters of other tests are of other factories.
            if (instrument.Name == name && instrument.Meter.Scope == _services.GetRequiredService<IMeterFactory>())
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => read = tags[0].Value as string == work ? value : read);
        listener.Start();
        listener.RecordObservableInstruments();
        return read!.Value;
    }
}
