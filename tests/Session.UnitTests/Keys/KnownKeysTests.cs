using Microsoft.Extensions.Options;
using SessionService.Application.Keys;
using SessionService.Domain.Keys;
using SessionService.Infrastructure.Keys;

namespace SessionService.UnitTests.Keys;

public sealed class KnownKeysTests
{
    private readonly SteppedClock _clock = new();
    private int _questions;

    [Fact]
    public async Task Requests_at_once_share_a_question_and_later_ones_ask_none_for_a_while()
    {
        using var known = Known();
        var answer = new TaskCompletionSource<ApiKey?>();
        var id = Guid.NewGuid();

        var waiting = Enumerable.Range(0, 50).Select(_ => known.GetAsync(id, AskAsync, CancellationToken.None)).ToList();
        answer.SetResult(Key(id));
        await Task.WhenAll(waiting);
        _clock.Step(TimeSpan.FromSeconds(4.9));
        var key = await known.GetAsync(id, AskAsync, CancellationToken.None);

        Assert.Equal(id, key?.KeyId);
        Assert.Equal(1, _questions);

        Task<ApiKey?> AskAsync(Guid keyId)
        {
            _questions++;
            return answer.Task;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_the_time_of_the_setting_the_database_is_asked_again(bool exists)
    {
        using var known = Known();
        var id = Guid.NewGuid();

        for (var second = 0; second < 20; second++)
        {
            await known.GetAsync(id, _ => Answer(exists ? Key(id) : null), CancellationToken.None);
            _clock.Step(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(4, _questions);
    }

    [Fact]
    public async Task A_key_that_is_forgotten_is_asked_for_at_once()
    {
        using var known = Known();
        var id = Guid.NewGuid();

        await known.GetAsync(id, _ => Answer(Key(id)), CancellationToken.None);
        known.Forget(id);
        var revoked = await known.GetAsync(id, _ => Answer(Key(id, revokedAt: DateTimeOffset.UnixEpoch)), CancellationToken.None);

        Assert.NotNull(revoked?.RevokedAt);
    }

    [Fact]
    public async Task However_many_ids_are_guessed_they_do_not_displace_a_key()
    {
        using var known = Known();
        var id = Guid.NewGuid();
        await known.GetAsync(id, _ => Answer(Key(id)), CancellationToken.None);

        for (var i = 0; i < 10_000; i++)
        {
            await known.GetAsync(Guid.NewGuid(), _ => Answer(null), CancellationToken.None);
        }

        _questions = 0;
        await known.GetAsync(id, _ => Answer(null), CancellationToken.None);
        Assert.Equal(0, _questions);
    }

    [Fact]
    public async Task A_question_that_failed_is_asked_again_and_a_request_that_goes_away_ends_no_question()
    {
        using var known = Known();
        var id = Guid.NewGuid();
        var answer = new TaskCompletionSource<ApiKey?>();
        using var gone = new CancellationTokenSource();

        await Assert.ThrowsAsync<IOException>(() => known.GetAsync(id, _ => throw new IOException(), CancellationToken.None));
        var leaver = known.GetAsync(id, _ => answer.Task, gone.Token);
        var stayer = known.GetAsync(id, _ => throw new IOException(), CancellationToken.None);
        await gone.CancelAsync();
        answer.SetResult(Key(id));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaver);
        Assert.Equal(id, (await stayer)?.KeyId);
    }

    private KnownKeys Known() => new(Options.Create(new KeyOptions { MaxCached = 100 }), _clock);

    private Task<ApiKey?> Answer(ApiKey? key)
    {
        _questions++;
        return Task.FromResult(key);
    }

    private static ApiKey Key(Guid id, DateTimeOffset? revokedAt = null) =>
        new() { KeyId = id, UserId = "ann", SecretHash = [], CreatedAt = DateTimeOffset.UnixEpoch, RevokedAt = revokedAt };

    private sealed class SteppedClock : TimeProvider
    {
        private long _now = 1;

        public void Step(TimeSpan by) => _now += by.Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;
    }
}
