using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;
using SessionService.Api.Identity;
using SessionService.Application.Limits;

namespace SessionService.Api.Streaming;

/// <summary>
/// Counts the large answers that are on their way. Each keeps a portion in memory for as long as its client takes to read it, so their
/// number is limited, and one caller has a share of it.
/// </summary>
internal sealed class LargeAnswers(IOptions<LimitOptions> limits, CallerResolver callers) : IDisposable
{
    private const long PlaceBytes = 4 * 1024 * 1024;
    private const long BytesPerCollection = 4 * 1024 * 1024;

    // How many large lists read and write texts at a time; between these, each has only its bytes to send.
    private const int AtWork = 2;

    private readonly SemaphoreSlim _work = new(AtWork);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _byCaller = new(StringComparer.Ordinal);
    private readonly int _most = limits.Value.MaxLargeAnswers;
    private int _all;
    private long _sent;

    private int Share => Math.Max(1, (_most + 3) / 4);

    /// <summary>Counts an answer until the result is disposed of.</summary>
    /// <param name="http">The request.</param>
    /// <param name="bytes">What is buffered of the answer. Much of it counts as several answers.</param>
    /// <param name="mayRefuse">
    /// Whether the request may be refused where too many are counted. A write that was made must be answered.
    /// </param>
    /// <exception cref="AnswersOverloadedException">There are too many.</exception>
    public IDisposable Enter(HttpContext http, long bytes, bool mayRefuse)
    {
        var caller = NameOf(http);
        var places = 1 + (int)(bytes / PlaceBytes);
        lock (_lock)
        {
            ref var own = ref CollectionsMarshal.GetValueRefOrAddDefault(_byCaller, caller, out _);
            if (mayRefuse && (IsTooMuch(_all, places, _most) || IsTooMuch(own, places, Share)))
            {
                Forget(caller, own);
                throw new AnswersOverloadedException();
            }

            own += places;
            _all += places;
        }

        return new Place(this, caller, places);
    }

    /// <summary>Waits until one of the large lists may read on. The result ends the work.</summary>
    public async ValueTask<IDisposable?> BeginWorkAsync(CancellationToken cancellationToken)
    {
        await _work.WaitAsync(cancellationToken);
        return new Work(_work);
    }

    public void Dispose() => _work.Dispose();

    /// <summary>
    /// Counts what was sent of large lists, and has the memory collected that they used. Their texts are strings, and large objects, which
    /// are collected with the oldest generation alone. By itself that happens after some hundred MiB. Messages are read as bytes, into
    /// memory that is used again.
    /// </summary>
    public void NoteSent(int bytes)
    {
        if (Interlocked.Add(ref _sent, bytes) >= BytesPerCollection && Interlocked.Exchange(ref _sent, 0) >= BytesPerCollection)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
        }
    }

    // An answer that needs more than there is goes alone.
    private static bool IsTooMuch(int taken, int more, int most) => taken > 0 && taken + more > most;

    private void Leave(string caller, int places)
    {
        lock (_lock)
        {
            _all -= places;
            Forget(caller, CollectionsMarshal.GetValueRefOrNullRef(_byCaller, caller) -= places);
        }
    }

    private void Forget(string caller, int count)
    {
        if (count == 0)
        {
            _byCaller.Remove(caller);
        }
    }

    private string NameOf(HttpContext http)
    {
        var named = callers.Find(http);
        var userId = named.Error is null ? named.Caller.UserId ?? named.PathUser : null;
        // No user id holds a line break.
        return userId ?? $"\n{http.Connection.RemoteIpAddress}";
    }

    private sealed class Work(SemaphoreSlim work) : IDisposable
    {
        public void Dispose() => work.Release();
    }

    private sealed class Place(LargeAnswers answers, string caller, int places) : IDisposable
    {
        private LargeAnswers? _answers = answers;

        public void Dispose() => Interlocked.Exchange(ref _answers, null)?.Leave(caller, places);
    }
}

/// <summary>Too many large answers are on their way already.</summary>
internal sealed class AnswersOverloadedException() : Exception("Too many large answers are on their way.");
