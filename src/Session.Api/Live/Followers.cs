using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;
using SessionService.Application.Live;

namespace SessionService.Api.Live;

/// <summary>Counts the streams that are open, of each user and in all.</summary>
internal sealed class Followers(IOptions<LiveOptions> options, LiveMetrics metrics)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _byUser = new(StringComparer.Ordinal);
    private int _all;

    /// <summary>Counts a stream until the result is disposed of.</summary>
    /// <exception cref="TooManyFollowersException">There are too many.</exception>
    public IDisposable Enter(string userId)
    {
        lock (_lock)
        {
            ref var own = ref CollectionsMarshal.GetValueRefOrAddDefault(_byUser, userId, out _);
            if (_all >= options.Value.MaxFollowers || own >= options.Value.MaxFollowersPerUser)
            {
                Forget(userId, own);
                metrics.CountRefused();
                throw new TooManyFollowersException();
            }

            own++;
            _all++;
        }

        metrics.CountFollowers(1);
        return new Place(this, userId);
    }

    private void Leave(string userId)
    {
        lock (_lock)
        {
            _all--;
            Forget(userId, --CollectionsMarshal.GetValueRefOrNullRef(_byUser, userId));
        }

        metrics.CountFollowers(-1);
    }

    private void Forget(string userId, int count)
    {
        if (count == 0)
        {
            _byUser.Remove(userId);
        }
    }

    private sealed class Place(Followers followers, string userId) : IDisposable
    {
        private Followers? _followers = followers;

        public void Dispose() => Interlocked.Exchange(ref _followers, null)?.Leave(userId);
    }
}

/// <summary>Too many streams are open already, of this user or in all.</summary>
internal sealed class TooManyFollowersException() : Exception("Too many streams are open already.");
