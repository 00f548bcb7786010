namespace SessionService.Api.Turns;

/// <summary>
/// A request's place among those that work. The request gives the place back while it waits for its client, so that clients who send or
/// read slowly keep nobody else waiting.
/// </summary>
internal sealed class HeldTurn(IDisposable place, Func<CancellationToken, ValueTask<IDisposable>> takeAnother) : IDisposable
{
    private IDisposable? _place = place;

    /// <summary>Waits for the client without the place, and then for a place.</summary>
    public async ValueTask<T> WaitForClientAsync<T>(ValueTask<T> client, CancellationToken cancellationToken)
    {
        if (client.IsCompleted)
        {
            return await client;
        }

        Dispose();
        var result = await client;
        _place = await takeAnother(cancellationToken);
        return result;
    }

    public void Dispose()
    {
        _place?.Dispose();
        _place = null;
    }
}
