using SessionService.Api.Streaming;

namespace SessionService.Api.Turns;

/// <summary>The body of a request that gives its turn back while no more of the body is there.</summary>
internal sealed class TurnBody(Stream body, HeldTurn turn) : ReadOnlyStream
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        turn.WaitForClientAsync(body.ReadAsync(buffer, cancellationToken), cancellationToken);
}
